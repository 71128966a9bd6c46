"""Options and arguments that several commands share."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def complete_fund(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Tickers of attributed funds that start with what was typed, for shell completion."""
    from ingest.registry.seeds import Catalog

    return [f.fund for f in Catalog.load().funds if f.is_attributed and f.fund.startswith(incomplete.upper())]


def sources_option(command: Command) -> Command:
    """--sources: where observations come from."""
    return click.option(
        "--sources",
        metavar="sample|live|URL",
        help="Where observations come from: the simulated market, the real sources, or a mirror of them."
        "  [default: sample]",
    )(command)


def json_option(command: Command) -> Command:
    """--json: machine-readable output."""
    return click.option("--json", "is_json", is_flag=True, help="Print one JSON document with unrounded numbers.")(
        command
    )


def fund_argument(command: Command) -> Command:
    """FUND, IWM by default."""
    return click.argument("fund", default="IWM", shell_complete=complete_fund)(command)


def date_range(first: str, last: str) -> tuple[date, date]:
    """The values of --from and --to as dates.

    Raises:
        Misconfigured: one is not an ISO date.
        click.UsageError: one is empty.
    """
    from ingest.dates import parse_day

    start, end = parse_day(first, "--from"), parse_day(last, "--to")
    if start is None or end is None:
        raise click.UsageError("--from and --to each need a date as YYYY-MM-DD")
    return start, end
