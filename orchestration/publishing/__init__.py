"""Releases: built, checked, published, and rebuilt as of a past moment."""
