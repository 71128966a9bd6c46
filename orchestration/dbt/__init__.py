"""Running dbt inside Dagster: project, runner, build state, results, catalog, column lineage."""
