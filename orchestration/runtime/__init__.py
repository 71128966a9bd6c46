"""What a run needs around it: lock, disk space, Dagster instance, progress."""
