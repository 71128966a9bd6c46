"""Landing the sessions of the exchange, which are computed and not fetched."""

from ingest.outcomes import LANDED
from ingest.pipeline.bookkeeping import SourceCheck, write_checks
from ingest.pipeline.load import land, next_landing_id
from ingest.registry.calendars import sessions
from ingest.settings import Settings
from ingest.sources import xnys
from ingest.sources.base import Plan
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from ingest.storage.archive_records import LandingEntry


def collect_sessions(plan: Plan, *, settings: Settings, archive: Archive) -> list[SourceCheck]:
    """Land the sessions between the plan's dates, and the check of this source."""
    frame = sessions(plan.since, plan.until)
    moment = settings.now()
    with warehouse.connect(settings) as con:
        number = next_landing_id(con)
        archive.record_landing(
            LandingEntry(xnys.TABLE.name, xnys.SOURCE, moment, number, since=plan.since, until=plan.until)
        )
        result = land(con, xnys.TABLE, frame, knowledge_ts=moment, payload_sha256=None, landing_id=number)
    check = SourceCheck(
        source=xnys.SOURCE,
        checked_at=moment,
        outcome=LANDED,
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
