"""The releases the warehouse knows of."""

from datetime import UTC

import duckdb

from ingest.pipeline.bookkeeping import Release
from ingest.storage.sql import newest_version

NEWEST = f"""
    select release_id, opened_at, sources_mode, is_published,
        macrotape_version, duckdb_version, dbt_version, dagster_version
    from raw.macrotape__releases
    {newest_version("release_id")}
    order by landing_id desc
"""  # noqa: S608 - constants


def known_releases(con: duckdb.DuckDBPyConnection) -> list[Release]:
    """Every release that was opened, in its newest state, the last one first."""
    rows = con.execute(NEWEST).fetchall()
    return [Release(release_id, opened_at.replace(tzinfo=UTC), *rest) for release_id, opened_at, *rest in rows]
