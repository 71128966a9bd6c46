"""Starts a run when a source that was late in the last run becomes available."""

import dagster as dg

from ingest.errors import MacrotapeError
from ingest.health.late_arrivals import find_late_arrivals
from ingest.health.latest_status import latest_source_status
from ingest.health.status import late_sources
from ingest.settings import Settings
from orchestration.defs.automation import daily_attribution

EVERY_S = 30 * 60


@dg.sensor(
    job=daily_attribution,
    minimum_interval_seconds=EVERY_S,
    description="Probes the sources that were late in the last run; starts a run when one of them is available.",
)
def late_source_arrived(_: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """One run per set of arrivals: the same date of the same source never starts a second one."""
    settings = Settings.from_env()
    if not settings.folder.warehouse.exists():
        return dg.SkipReason("There has been no run yet.")
    try:
        late = late_sources(latest_source_status(settings))
        if not late:
            return dg.SkipReason("Every source was on time in the last run.")
        found = find_late_arrivals(settings, late)
    except MacrotapeError as error:
        return dg.SkipReason(f"The late sources could not be probed: {error}")
    if not found:
        return dg.SkipReason(f"Still late: {', '.join(c.source for c in late)}.")
    names = ", ".join(f"{source} {day}" for source, day in sorted(found.items()))
    return dg.RunRequest(run_key=f"late-{names}", tags={"macrotape/arrived": names})


SENSORS = [late_source_arrived]
