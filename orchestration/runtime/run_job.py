"""`macrotape run`: the job daily_attribution in this process, with what a person wants to see of it."""

import json
import os
import socket
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ingest.errors import MacrotapeError, SourceRefused
from ingest.pipeline.plan import Plan
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from orchestration.runtime.disk_space import check_room, explained, watched
from orchestration.runtime.run_lock import check_free

if TYPE_CHECKING:
    import dagster as dg
    from rich.console import Console

PUBLISHED, FAILED, STALE = 0, 1, 3


def run_once(
    sources: str | None, funds: Sequence[str], since: date | None, until: date | None, *, is_profiled: bool = False
) -> int:
    """Check the request, run the job, print the brief and where it is; returns the exit status.

    Profiled, it also prints where the time went and leaves that in `profile.json` of the data folder.

    Raises:
        MacrotapeError: the request cannot be carried out; nothing was asked or written.
    """
    settings = Settings.from_env(sources=sources)
    _check_request(settings, funds, since, until)
    os.environ["MACROTAPE_SOURCES"], os.environ["MACROTAPE_HOME"] = settings.sources, str(settings.home)
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    begun = time.monotonic()
    console.print(f"macrotape · {_market(settings)} · data in {_short(settings.home)}", soft_wrap=True)
    try:
        with watched(settings.home):
            result, run_began = _execute(settings, funds, since, until, console)
    except Exception as error:
        if full := explained(error, settings.home):
            raise full from error
        raise
    ended = time.monotonic()
    if not result.success:
        console.print(f"failed: {_why(result)}", style="red", markup=False, soft_wrap=True)
        console.print("nothing was published; the last release stands. Details: macrotape ui", soft_wrap=True)
        return FAILED
    stale = _stale(result)
    _report(settings, funds, console, ended - begun, stale)
    if is_profiled:
        _profile(settings, result, console, run_began - begun, ended - begun)
    return STALE if stale else PUBLISHED


def _check_request(settings: Settings, funds: Sequence[str], since: date | None, until: date | None) -> None:
    """Find out what cannot work before anything heavy is imported or anybody is asked."""
    Plan.of(settings, Catalog.load(), funds=funds, since=since, until=until)
    settings.check_writable()
    check_room(settings)
    check_free(settings.home)
    from ingest.storage import lake, warehouse

    warehouse.check_clock(settings)
    if settings.sources_mode == "mirror":
        _check_mirror(settings.sources)
    warehouse.connect(settings).close()
    lake.check(settings)


def _check_mirror(url: str) -> None:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), timeout=5).close()
    except OSError as error:
        raise SourceRefused(f"the mirror {url} does not answer ({error.strerror or error}): is it running?") from error


def _execute(
    settings: Settings, funds: Sequence[str], since: date | None, until: date | None, console: "Console"
) -> "tuple[dg.ExecuteInProcessResult, float]":
    """The result of the job, and when on the monotonic clock it began after all imports."""
    warnings.simplefilter("ignore")
    os.environ["PYTHONWARNINGS"] = "ignore"  # for the helper processes of libraries
    from orchestration.runtime.dagster_instance import prepare

    os.environ["DAGSTER_HOME"] = str(prepare(settings.dagster_home))
    from orchestration.runtime.progress import Progress

    with Progress(console) as progress:
        progress.say("reading the project")
        import dagster as dg

        from orchestration.definitions import defs
        from orchestration.defs.keys import DAILY_JOB

        options = {"since": str(since or ""), "until": str(until or ""), "funds": list(funds), "wait_seconds": 0}
        job = defs.resolve_job_def(DAILY_JOB)
        with dg.DagsterInstance.get() as instance:
            began = time.monotonic()
            result = job.execute_in_process(
                instance=instance,
                raise_on_error=False,
                run_config={"resources": {"ingest": {"config": options}}, "loggers": {"progress": {}}},
                tags={"macrotape/started_by": "macrotape run"},
            )
    return result, began


def _profile(
    settings: Settings, result: "dg.ExecuteInProcessResult", console: "Console", start_up_s: float, total_s: float
) -> None:
    from orchestration.runtime.profiling import as_table, stages, usage

    found = stages(result.all_events, start_up_s, total_s)
    console.print(f"\n{as_table(found)}", markup=False, soft_wrap=True)
    profile = {"stages": [asdict(stage) for stage in found], **usage()}
    (settings.home / "profile.json").write_text(json.dumps(profile, indent=2) + "\n", encoding="utf-8")


def _report(settings: Settings, funds: Sequence[str], console: "Console", seconds: float, stale: list[str]) -> None:
    from orchestration.publishing.release import read_release
    from orchestration.reporting.brief.read import DEFAULT_FUND, read_brief
    from orchestration.reporting.brief.show import show

    published = read_release(settings.current)
    try:
        text = read_brief(published.database, funds[0] if funds else DEFAULT_FUND).markdown
    except MacrotapeError as absent:
        text = str(absent)
    console.print()
    show(text)
    console.print()
    console.print(f"published {published.release_id} in {seconds:.0f} s: {_short(settings.current)}", soft_wrap=True)
    for name in ("brief.html", "lineage.html"):
        console.print(f"  {_short(settings.current / name)}", soft_wrap=True)
    for source in stale:
        console.print(f"stale: {source}", style="yellow", markup=False, soft_wrap=True)
    if settings.is_simulated:
        console.print("this was the simulated market; for the real one: macrotape run --sources live", soft_wrap=True)


def _why(result: "dg.ExecuteInProcessResult") -> str:
    """The first step that failed and what it said; else what kept the run from starting."""
    for event in result.all_events:
        data: Any = event.event_specific_data
        error = getattr(data, "error", None)
        if event.event_type_value == "STEP_FAILURE" and data.user_failure_data:
            step = str(event.step_key).replace("__", "/", 1)
            return f"{step}: {data.user_failure_data.description or _root(error)}"
        if event.is_failure and error:
            return _root(error)
    return "the run ended without saying why"


def _root(error: Any) -> str:
    """The message of the innermost cause, without the name of its class."""
    while error.cause:
        error = error.cause
    if error.cls_name in ("DagsterExecutionInterruptedError", "KeyboardInterrupt"):
        return "interrupted"
    text = next(iter(error.message.strip().splitlines()), error.cls_name)
    return str(text.removeprefix(f"{error.cls_name}: ").split(f".{error.cls_name}: ", 1)[-1])


def _stale(result: "dg.ExecuteInProcessResult") -> list[str]:
    for event in result.all_events:
        if event.event_type_value == "ASSET_MATERIALIZATION" and "stale_sources" in event.materialization.metadata:
            return list(event.materialization.metadata["stale_sources"].value)  # type: ignore[arg-type]
    return []


def _market(settings: Settings) -> str:
    names = {"SIMULATED": "simulated market", "live": "real sources"}
    return names.get(settings.sources_mode, f"mirror {settings.sources}")


def _short(path: Path) -> str:
    """A path as seen from here, where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
