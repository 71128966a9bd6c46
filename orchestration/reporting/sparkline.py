"""A small plot of each series of a raw table, as a line of text."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from ingest.dates import non_breaking_date
from ingest.storage.sql import newest_version

BARS = "▁▂▃▄▅▆▇█"
SESSIONS = 40
MOST_SERIES = 40
# columns of a table: the name of a series, and the value to plot
PLOTTED = {
    "ishares__nav": ("fund", "nav_usd"),
    "treasury__par_yields": ("tenor", "yield_pct"),
    "fred__observations": ("fred_id", "value"),
    "cboe__vix": ("'VIX'", "close"),
    "yahoo__bars": ("symbol", "close_usd"),
}
LATEST = """
    with versions as (
        select {series} as series, observation_date, {value} as value from raw.{table}
        {newest}
    )
    select series, list(value order by observation_date), max(observation_date), max_by(value, observation_date)
    from (
        select * from versions where value is not null
        qualify row_number() over (partition by series order by observation_date desc) <= {most}
    )
    group by series order by series limit {series_most}
"""


def series_plot(warehouse: Path, table: str) -> str | None:
    """The latest values of every series as Markdown; None for a table that has no plot."""
    if table not in PLOTTED:
        return None
    series, value = PLOTTED[table]
    query = LATEST.format(
        series=series,
        value=value,
        newest=newest_version(series, "observation_date"),
        table=table,
        most=SESSIONS,
        series_most=MOST_SERIES,
    )
    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = con.execute(query).fetchall()
    lines = [
        f"| {name} | {newest:,.2f} | {non_breaking_date(day)} | {spark(values)} |" for name, values, day, newest in rows
    ]
    return "\n".join([f"| series | latest | date | last {SESSIONS} observations |", "|---|---:|---|---|", *lines])


def spark(values: Sequence[float]) -> str:
    """A bar for each value, the lowest the shortest."""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    return "".join(BARS[min(int((v - low) / span * len(BARS)), len(BARS) - 1)] for v in values)
