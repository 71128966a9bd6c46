"""Names that several definitions share."""

import dagster as dg

from ingest.registry.raw_schema import RawTable

RAW_GROUP = "raw"
DAILY_JOB = "daily_attribution"
RELEASE_TAG = "macrotape/release"  # tag of a run: the id of the release it opened


def raw_key(table: RawTable) -> dg.AssetKey:
    """Asset key of a raw table, equal to the key dagster-dbt gives the dbt source."""
    return dg.AssetKey([RAW_GROUP, table.name])
