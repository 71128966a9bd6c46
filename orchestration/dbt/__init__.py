"""Running dbt inside Dagster: project, runner, results, lineage."""
