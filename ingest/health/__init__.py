"""What works, what is late, what is blocked: the status of every source."""
