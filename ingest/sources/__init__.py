"""One module a publisher: what to request, and how to parse what comes."""
