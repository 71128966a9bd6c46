"""The code location: all definitions of `defs` in one object."""

import dagster as dg

from orchestration.defs.automation import JOBS, SCHEDULES
from orchestration.defs.brief import brief
from orchestration.defs.checks import CHECKS
from orchestration.defs.dbt_assets import dbt_models
from orchestration.defs.exposures import EXPOSURES
from orchestration.defs.raw_assets import RAW_ASSETS
from orchestration.defs.release import published_release
from orchestration.defs.resources import IngestResource
from orchestration.defs.sensors import SENSORS
from orchestration.runtime.progress import progress_logger

defs = dg.Definitions(
    assets=[*RAW_ASSETS, dbt_models, published_release, brief, *EXPOSURES],
    asset_checks=CHECKS,
    jobs=JOBS,
    schedules=SCHEDULES,
    sensors=SENSORS,
    resources={"ingest": IngestResource()},
    # a second process would cost its start-up, and wait for the lock of the warehouse anyway
    executor=dg.in_process_executor,
    loggers={"console": dg.colored_console_logger, "progress": progress_logger},
)
