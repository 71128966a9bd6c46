"""What a release says, for people: brief, page, run summary."""
