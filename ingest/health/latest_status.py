"""What the sources came to last, for a run that asks none itself."""

from ingest.pipeline.bookkeeping import SourceCheck
from ingest.settings import Settings
from ingest.storage import warehouse

NEWEST = """
    select source, checked_at, outcome, last_observation_date, expected_date, rows_landed, is_stale, detail
    from raw.macrotape__source_checks
    qualify row_number() over (partition by source order by knowledge_ts desc, landing_id desc) = 1
    order by source
"""


def newest_checks(settings: Settings) -> list[SourceCheck]:
    """The newest check of every source, from the warehouse."""
    with warehouse.connect(settings) as con:
        return [SourceCheck(*row) for row in con.execute(NEWEST).fetchall()]
