"""The releases the warehouse knows of."""

from datetime import UTC

import duckdb

from ingest.pipeline.bookkeeping import Release

NEWEST = """
    select release_id, opened_at, sources_mode, is_published,
        macrotape_version, duckdb_version, dbt_version, dagster_version
    from raw.macrotape__releases
    qualify row_number() over (partition by release_id order by knowledge_ts desc, landing_id desc) = 1
    order by landing_id desc
"""


def known_releases(con: duckdb.DuckDBPyConnection) -> list[Release]:
    """Every release that was opened, in its newest state, the last one first."""
    rows = con.execute(NEWEST).fetchall()
    return [Release(release_id, opened_at.replace(tzinfo=UTC), *rest) for release_id, opened_at, *rest in rows]
