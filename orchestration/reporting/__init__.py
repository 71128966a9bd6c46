"""A release for people to read: brief, page, run summary."""
