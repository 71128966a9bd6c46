"""From a public source to append-only raw tables in DuckDB. Knows neither Dagster nor dbt."""
