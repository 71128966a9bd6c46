"""Sessions of the New York Stock Exchange, from the rules of exchange_calendars: nothing is fetched.

One row: a session date, its scheduled close (UTC) and whether it closes early.
Quirks: unscheduled closings (2012-10-29, 2018-12-05, 2025-01-09) are known to the library's version
installed; a later version may learn of one more, which then stays here as an older version of the row.
"""

from ingest.pipeline.bookkeeping import SourceCheck, write_checks
from ingest.pipeline.load import land, next_landing_id
from ingest.pipeline.plan import Plan
from ingest.registry.calendars import sessions
from ingest.registry.raw_tables import XNYS_SESSIONS
from ingest.settings import Settings
from ingest.storage import warehouse
from ingest.storage.archive import Archive, LandingEntry

TABLE = XNYS_SESSIONS
PUBLISHER = "xnys"
SOURCE = "xnys:sessions"


def collect_sessions(plan: Plan, *, settings: Settings, archive: Archive) -> list[SourceCheck]:
    """Land the sessions between the plan's dates, and the check of this source."""
    frame = sessions(plan.since, plan.until)
    moment = settings.now()
    with warehouse.connect(settings) as con:
        number = next_landing_id(con)
        archive.record_landing(LandingEntry(TABLE.name, SOURCE, moment, number, since=plan.since, until=plan.until))
        result = land(con, TABLE, frame, knowledge_ts=moment, payload_sha256=None, landing_id=number)
    check = SourceCheck(
        source=SOURCE,
        checked_at=moment,
        outcome="landed",
        last_observation_date=result.last_date,
        expected_date=None,
        rows_landed=result.rows_landed,
        is_stale=False,
        detail=f"{result.rows_seen} sessions by the rules of the exchange's calendar.",
        first_date=result.first_date,
        last_date=result.last_date,
    )
    write_checks(settings, archive, [check])
    return [check]
