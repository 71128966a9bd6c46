"""Thin wiring of ingest and dbt into Dagster, and the command line. No parsing and no business SQL lives here."""
