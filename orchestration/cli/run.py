"""`macrotape run`: the whole job once, then the brief of the last session."""

import json
import os
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.errors import MacrotapeError
from ingest.exit_codes import ATTENTION, FAILED, SUCCESS
from orchestration.cli.options import complete_fund, sources_option

if TYPE_CHECKING:
    import dagster as dg
    from rich.console import Console

    from ingest.settings import Settings
    from orchestration.runtime.run_job import JobOutcome


@click.command(short_help="Fetch, land, build, check, publish; then print the brief.")
@sources_option
@click.option(
    "--fund",
    "funds",
    multiple=True,
    metavar="FUND",
    shell_complete=complete_fund,
    help="Fetch this fund only, and the funds of its drivers; more may follow.",
)
@click.argument("more_funds", metavar="[FUND]...", nargs=-1)
@click.option("--since", metavar="DATE", help="First date to fetch.  [default: all history]")
@click.option("--until", metavar="DATE", help="Last date to fetch.  [default: today]")
@click.option("--profile", "is_profiled", is_flag=True, help="Print seconds, rows and bytes of every stage.")
def run(
    sources: str | None,
    funds: tuple[str, ...],
    more_funds: tuple[str, ...],
    since: str | None,
    until: str | None,
    is_profiled: bool,
) -> None:
    """Fetch, land, build, check and publish once; then print the brief of the last session.

    \b
    macrotape run                                         the simulated market, offline
    macrotape run --sources live                          the real sources
    macrotape run --fund TLT --fund LQD --since 2024-01-01

    Exit status: 0 published; 1 failed, the last release is still served; 2 bad usage; 3 published, but a source was
    late or blocked.
    """  # noqa: D301 - click's mark for lines to leave alone
    from ingest.dates import parse_day

    status = _run(sources, funds + more_funds, parse_day(since, "--since"), parse_day(until, "--until"), is_profiled)
    sys.stdout.flush()
    sys.stderr.flush()
    if status == FAILED:
        os._exit(status)  # an interrupted dbt leaves threads that abort the interpreter while it shuts down
    sys.exit(status)


def _run(sources: str | None, funds: tuple[str, ...], since: date | None, until: date | None, is_profiled: bool) -> int:
    from ingest.settings import Settings
    from orchestration.runtime.disk_space import DiskFullError
    from orchestration.runtime.run_job import JobOptions, check_request, run_job

    settings, options = Settings.from_env(sources=sources), JobOptions(funds, since, until)
    check_request(settings, options)
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    console.print(f"macrotape · {_market(settings)} · data in {_short(settings.home)}", soft_wrap=True)
    try:
        outcome = run_job(settings, options, console, _daily_job)
    except DiskFullError as error:
        console.print(f"macrotape: {error}", markup=False, soft_wrap=True)
        return FAILED
    if outcome.failure:
        console.print(f"failed: {outcome.failure}", style="red", markup=False, soft_wrap=True)
        console.print("nothing was published; the last release is still served. Details: macrotape ui", soft_wrap=True)
        return FAILED
    _print_brief(settings, funds)
    _print_release(settings, outcome, console)
    if is_profiled:
        _print_profile(settings, outcome, console)
    return ATTENTION if outcome.attention else SUCCESS


def _daily_job() -> "dg.JobDefinition":
    from orchestration.definitions import defs
    from orchestration.defs.keys import DAILY_JOB

    return defs.resolve_job_def(DAILY_JOB)


def _print_brief(settings: "Settings", funds: tuple[str, ...]) -> None:
    from orchestration.publishing.release import read_release
    from orchestration.reporting.brief.read import DEFAULT_FUND, read_brief
    from orchestration.reporting.brief.show import show

    try:
        text = read_brief(read_release(settings.folder.current).database, funds[0] if funds else DEFAULT_FUND).markdown
    except MacrotapeError as missing:
        text = str(missing)
    click.echo(err=True)
    show(text)
    click.echo(err=True)


def _print_release(settings: "Settings", outcome: "JobOutcome", console: "Console") -> None:
    from orchestration.publishing.release import read_release

    published = read_release(settings.folder.current)
    seconds = f"{outcome.total_s:.0f} s"
    console.print(f"published {published.release_id} in {seconds}: {_short(settings.folder.current)}", soft_wrap=True)
    for name in ("brief.html", "lineage.html"):
        console.print(f"  {_short(settings.folder.current / name)}", soft_wrap=True)
    for phrase in outcome.attention:
        console.print(phrase, style="yellow", markup=False, soft_wrap=True)
    for phrase in outcome.late:
        console.print(f"{phrase}; no number of the session depends on it", markup=False, soft_wrap=True)
    for note in outcome.notes:
        console.print(note, markup=False, soft_wrap=True)
    if settings.is_simulated:
        console.print("this was the simulated market; for the real one: macrotape run --sources live", soft_wrap=True)


def _print_profile(settings: "Settings", outcome: "JobOutcome", console: "Console") -> None:
    """Print where the time went and keep it in `profile.json` of the data folder."""
    from orchestration.runtime.profiling import as_table, stages, usage

    found = stages(outcome.events, outcome.start_up_s, outcome.total_s)
    console.print(f"\n{as_table(found)}", markup=False, soft_wrap=True)
    profile = {"stages": [asdict(stage) for stage in found], **usage()}
    (settings.home / "profile.json").write_text(json.dumps(profile, indent=2) + "\n", encoding="utf-8")


def _market(settings: "Settings") -> str:
    names = {"SIMULATED": "simulated market", "live": "real sources"}
    return names.get(settings.sources_mode, f"mirror {settings.sources}")


def _short(path: Path) -> str:
    """A path relative to the working directory where it is inside."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
