"""One HTTP client for every source, and the requests and responses it carries."""
