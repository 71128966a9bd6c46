"""Jobs and their schedules: the evening of each session, and the morning after it."""

from datetime import date

import dagster as dg

from ingest.registry.calendars import session_dates
from ingest.registry.raw_tables import ISHARES_HOLDINGS
from ingest.settings import NEW_YORK
from orchestration.defs.keys import DAILY_JOB, raw_key

daily_attribution = dg.define_asset_job(
    DAILY_JOB,
    selection=dg.AssetSelection.all(),
    description=(
        "Fetch, land, build, check and publish everything once. In the dialog choose `Latest`: the partitions are the "
        "dates of holdings files, and every run fetches the recent ones anyway. Options: Config, resource `ingest`."
    ),
)

holdings_backfill = dg.define_asset_job(
    "holdings_backfill",
    selection=dg.AssetSelection.assets(raw_key(ISHARES_HOLDINGS)).without_checks(),
    description="Land the holdings of chosen as-of dates; the next daily run builds from them.",
)


def is_session(day: date) -> bool:
    """True when the exchange is open on `day`."""
    return bool(session_dates(day, day))


def _schedule(name: str, cron: str, description: str) -> dg.ScheduleDefinition:
    def evaluate(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        day = context.scheduled_execution_time.astimezone(NEW_YORK).date()
        if not is_session(day):
            return dg.SkipReason(f"{day} is not a session of the New York Stock Exchange")
        return dg.RunRequest(run_key=f"{name}-{day}", tags={"macrotape/session": str(day)})

    return dg.ScheduleDefinition(
        name=name,
        job=daily_attribution,
        cron_schedule=cron,
        execution_timezone=str(NEW_YORK),
        execution_fn=evaluate,
        description=description,
    )


evening_provisional = _schedule(
    "evening_provisional",
    "45 18 * * 1-5",
    "After the close; provisional: net asset values are published overnight.",
)
morning_final = _schedule(
    "morning_final",
    "45 9 * * 1-5",
    "The morning after a session, when the issuer has published its files.",
)
JOBS = [daily_attribution, holdings_backfill]
SCHEDULES = [evening_provisional, morning_final]
