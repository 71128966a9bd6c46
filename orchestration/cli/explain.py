"""`macrotape explain`: why a fund moved over a period."""

import click

from orchestration.cli.options import date_range, fund_argument, json_option


@click.command(short_help="Why FUND moved over a period.")
@fund_argument
@click.option("--from", "first", metavar="DATE", required=True, help="First session of the period, YYYY-MM-DD.")
@click.option("--to", "last", metavar="DATE", required=True, help="Last session of the period, YYYY-MM-DD.")
@json_option
def explain(fund: str, first: str, last: str, is_json: bool) -> None:
    """Why FUND moved over a period, from the published release.

    Daily contributions are linked so that they add up to the compounded return.

    \b
    macrotape explain IWM --from 2026-06-01 --to 2026-06-30
    """  # noqa: D301 - click's mark for lines to leave alone
    from dataclasses import asdict

    from ingest.settings import Settings
    from orchestration.publishing.release import read_release
    from orchestration.reporting.brief import period
    from orchestration.reporting.brief.show import show, show_json

    start, end = date_range(first, last)
    found = period.explain(read_release(Settings.from_env().folder.current).database, fund, start, end)
    if is_json:
        show_json(asdict(found))
    else:
        show(period.as_markdown(found))
