"""What Dagster sees: assets, checks, resources, jobs and schedules."""
