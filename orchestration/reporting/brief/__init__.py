"""The brief of a session: read from a release, shown in a terminal, written as a page."""
