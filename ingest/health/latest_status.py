"""The latest check of every source, for a run that fetches nothing itself."""

from ingest.pipeline.bookkeeping import SourceCheck
from ingest.settings import Settings
from ingest.storage import warehouse
from ingest.storage.sql import newest_version

NEWEST = f"""
    select source, checked_at, outcome, last_observation_date, expected_date, rows_landed, is_stale, detail
    from raw.macrotape__source_checks
    {newest_version("source")}
    order by source
"""  # noqa: S608 - constants


def latest_source_status(settings: Settings) -> list[SourceCheck]:
    """The newest check of every source, from the warehouse."""
    with warehouse.connect(settings) as con:
        return [SourceCheck(*row) for row in con.execute(NEWEST).fetchall()]
