"""`macrotape brief`: why a fund moved in one session."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.cli.options import fund_argument, json_option

if TYPE_CHECKING:
    from ingest.settings import Settings


@click.command(short_help="Why FUND moved in a session.")
@fund_argument
@click.option("--date", "day", metavar="DATE", help="The session, YYYY-MM-DD.  [default: the last one]")
@click.option(
    "--as-known-at",
    "moment",
    metavar="TIME|RELEASE",
    help="As it was known at a moment, e.g. 2026-06-30T22:00:00Z, or by the run that opened a release, by its id.",
)
@json_option
def brief(fund: str, day: str | None, moment: str | None, is_json: bool) -> None:
    """Why FUND moved in a session, from the published release; or as it was known at a past moment.

    Contributions are percentage points of the return; the five parts add up to it. FUND is IWM by default.

    \b
    macrotape brief TLT --date 2026-05-14
    macrotape brief --json | jq '.drivers[] | {driver, contribution_pct}'
    """  # noqa: D301 - click's mark for lines to leave alone
    from ingest.dates import parse_day
    from ingest.settings import Settings
    from orchestration.reporting.brief.read import read_brief, read_brief_facts
    from orchestration.reporting.brief.show import show, show_json

    session, settings = parse_day(day, "--date"), Settings.from_env()
    database = _released(settings) if moment is None else _as_known(settings, moment)
    found = read_brief(database, fund, session)
    if is_json:
        show_json(read_brief_facts(database, found))
    else:
        show(found.markdown)


def _released(settings: "Settings") -> Path:
    from orchestration.publishing.release import read_release

    return read_release(settings.folder.current).database


def _as_known(settings: "Settings", moment: str) -> Path:
    from ingest.dates import parse_moment
    from orchestration.publishing.point_in_time import build_marts_as_known, cutoff_of_release, prune_rebuilds
    from orchestration.publishing.release import is_release_id

    if is_release_id(moment):
        database = build_marts_as_known(settings, *cutoff_of_release(settings, moment))
    else:
        database = build_marts_as_known(settings, parse_moment(moment, "--as-known-at"))
    prune_rebuilds(settings)
    return database
