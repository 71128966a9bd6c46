"""Helpers of the definitions and of the command line; those about releases and lineage do not know Dagster."""
