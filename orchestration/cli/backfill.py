"""`macrotape backfill`: holdings files of a range of dates."""

import sys

import click

from orchestration.cli.options import complete_fund, date_range, sources_option


@click.command(short_help="Land holdings files of a range of dates.")
@click.argument("fund", shell_complete=complete_fund)
@click.option("--from", "first", metavar="DATE", required=True, help="First as-of date.")
@click.option("--to", "last", metavar="DATE", required=True, help="Last as-of date.")
@click.option("--budget", metavar="N", type=click.IntRange(min=1), help="Most files to request now.  [default: 500]")
@sources_option
def backfill(fund: str, first: str, last: str, budget: int | None, sources: str | None) -> None:
    """Request the holdings files of FUND that are not stored yet: slowly, and at most a budget at a time.

    Every tenth response prints how many are left and how long they take. Every response is kept, so the same
    command continues where it stopped. The next run builds the marts with them.

    \b
    macrotape backfill IWM --from 2026-04-01 --to 2026-05-08
    macrotape run
    """  # noqa: D301 - click's mark for lines to leave alone
    from ingest.pipeline.backfill import BUDGET
    from orchestration.runtime.backfill import run_backfill

    start, end = date_range(first, last)
    sys.exit(run_backfill(sources, fund, start, end, budget or BUDGET))
