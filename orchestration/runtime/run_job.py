"""A job of Dagster, run once in this process.

`check_request` finds what cannot work before anything heavy is imported or requested; `run_job` runs the job and
returns what happened. Printing is left to the command.
"""

import os
import socket
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ingest.errors import SourceRefused
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.sources.base import Plan
from orchestration.runtime.disk_space import as_disk_full_error, check_free_disk, disk_watchdog
from orchestration.runtime.run_lock import check_free
from orchestration.runtime.steps import step_label

if TYPE_CHECKING:
    import dagster as dg
    from rich.console import Console


@dataclass(frozen=True)
class JobOptions:
    """Which funds and dates a run covers; empty means all."""

    funds: Sequence[str] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class JobOutcome:
    """What a run did.

    Attributes:
        failure: why nothing was published, in one line; None for a run that published.
        attention: what a reader must know, a phrase each: sources that changed, refused, or are late and needed.
        notes: what is said once, a sentence each: funds that were removed from the registry.
        late: sources that are late and that no number of the session depends on, a phrase each.
        events: every event of the run, for a profile.
        start_up_s: seconds until the job started: imports, manifest, Dagster's databases.
        total_s: seconds in all.
    """

    failure: str | None
    attention: Sequence[str]
    late: Sequence[str]
    notes: Sequence[str]
    events: "Sequence[dg.DagsterEvent]"
    start_up_s: float
    total_s: float


def check_request(settings: Settings, options: JobOptions) -> None:
    """Check everything that can be checked without imports of Dagster and without a request to a source.

    Raises:
        MacrotapeError: the run cannot work; the message says why. Nothing was requested or written.
    """
    Plan.of(settings, Catalog.load(), funds=options.funds, since=options.since, until=options.until)
    settings.folder.check_writable()
    check_free_disk(settings)
    check_free(settings.home)
    from ingest.storage import lake, warehouse

    warehouse.check_clock(settings)
    if settings.sources_mode == "mirror":
        _check_mirror(settings.sources)
    warehouse.connect(settings).close()
    lake.check_belongs(settings)


def run_job(
    settings: Settings, options: JobOptions, console: "Console", load_job: "Callable[[], dg.JobDefinition]"
) -> JobOutcome:
    """Run the job that `load_job` returns; steps are shown on `console` as they end.

    `load_job` is called when the environment of the run is set, because the definitions read it.

    Raises:
        DiskFullError: the disk filled up.
    """
    os.environ["MACROTAPE_SOURCES"], os.environ["MACROTAPE_HOME"] = settings.sources, str(settings.home)
    started = time.monotonic()
    try:
        with disk_watchdog(settings.home):
            result, job_started = _execute(settings, options, console, load_job)
    except Exception as error:
        if full := as_disk_full_error(error, settings.home):
            raise full from error
        raise
    return JobOutcome(
        failure=None if result.success else _failure(result),
        attention=_listed(result, "attention"),
        late=_listed(result, "late"),
        notes=_listed(result, "notes"),
        events=result.all_events,
        start_up_s=job_started - started,
        total_s=time.monotonic() - started,
    )


def _check_mirror(url: str) -> None:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), timeout=5).close()
    except OSError as error:
        raise SourceRefused(f"the mirror {url} does not respond ({error.strerror or error}): is it running?") from error


def _execute(
    settings: Settings, options: JobOptions, console: "Console", load_job: "Callable[[], dg.JobDefinition]"
) -> "tuple[dg.ExecuteInProcessResult, float]":
    """The result of the job, and the moment it started on the monotonic clock, after all imports."""
    warnings.simplefilter("ignore")
    os.environ["PYTHONWARNINGS"] = "ignore"  # for the helper processes of libraries
    from orchestration.runtime.dagster_instance import prepare

    os.environ["DAGSTER_HOME"] = str(prepare(settings.folder.dagster_home))
    from orchestration.runtime.progress import Progress

    with Progress(console) as progress:
        progress.say("reading the project")
        import dagster as dg

        config = {
            "since": str(options.since or ""),
            "until": str(options.until or ""),
            "funds": list(options.funds),
            "wait_seconds": 0,
        }
        job = load_job()
        with dg.DagsterInstance.get() as instance:
            started = time.monotonic()
            result = job.execute_in_process(
                instance=instance,
                raise_on_error=False,
                run_config={"resources": {"ingest": {"config": config}}, "loggers": {"progress": {}}},
                tags={"macrotape/started_by": "macrotape run"},
            )
    return result, started


def _failure(result: "dg.ExecuteInProcessResult") -> str:
    """The first step that failed and its message; else what kept the run from starting."""
    for event in result.all_events:
        data: Any = event.event_specific_data
        error = getattr(data, "error", None)
        if event.event_type_value == "STEP_FAILURE" and data.user_failure_data:
            step = step_label(str(event.step_key))
            return f"{step}: {data.user_failure_data.description or _root_message(error)}"
        if event.is_failure and error:
            return _root_message(error)
    return "the run ended without a message"


def _root_message(error: Any) -> str:
    """The first line of the innermost cause.

    Dagster keeps an exception as text that begins with the name of its class, which is of no use to a reader.
    """
    while error.cause:
        error = error.cause
    if error.cls_name in ("DagsterExecutionInterruptedError", "KeyboardInterrupt"):
        return "interrupted"
    first_line = next(iter(error.message.strip().splitlines()), error.cls_name)
    class_name, separator, message = first_line.partition(": ")
    return str(message if separator and class_name.rpartition(".")[2] == error.cls_name else first_line)


def _listed(result: "dg.ExecuteInProcessResult", name: str) -> list[str]:
    """The lists that assets of the run reported in their metadata under a name, joined."""
    materializations = [e.materialization for e in result.all_events if e.event_type_value == "ASSET_MATERIALIZATION"]
    lists = [m.metadata[name].value for m in materializations if name in m.metadata]
    return [str(phrase) for phrases in lists for phrase in phrases]  # type: ignore[union-attr]
