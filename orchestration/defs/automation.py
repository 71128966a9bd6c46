"""Jobs and when they run: in the evening of each session, and again in the morning of the next one."""

from datetime import date

import dagster as dg

from ingest.registry.calendars import session_dates
from ingest.registry.raw_tables import ISHARES_HOLDINGS
from ingest.settings import NEW_YORK
from orchestration.defs.raw_assets import DAILY_JOB, key_of

daily_attribution = dg.define_asset_job(
    DAILY_JOB,
    selection=dg.AssetSelection.all(),
    description=(
        "Fetch, land, build, check and publish everything once. In the dialog choose `Latest`: the dates are those of "
        "holdings files, and every run asks for the recent ones anyway. Options of a run: Config, resource `ingest`."
    ),
)

holdings_backfill = dg.define_asset_job(
    "holdings_backfill",
    selection=dg.AssetSelection.assets(key_of(ISHARES_HOLDINGS)).without_checks(),
    description="Land the holdings of chosen as-of dates; the next daily run builds on them.",
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
    "evening_provisional", "45 18 * * 1-5", "After the close; provisional, as net asset values come in the night."
)
morning_final = _schedule(
    "morning_final", "45 9 * * 1-5", "The morning of the next session, when the issuer's files of the last one are up."
)
JOBS = [daily_attribution, holdings_backfill]
SCHEDULES = [evening_provisional, morning_final]
