"""VIX, Cboe's volatility index.

Where: VIX_History.csv, the whole history each time, keyless.
One row: a trading date; open, high, low and close in index points.
Published: in the evening of the session, sometimes the next morning.
Quirks: with and without carriage returns and byte-order mark; a blank last line; the early years have four
equal values; an open, high or low of 0 means missing.
"""

from datetime import date
from typing import TYPE_CHECKING

from ingest.errors import NothingYet
from ingest.http.messages import Payload, Request
from ingest.parsing.text import csv_table, day, decoded, number, refuse_html, require
from ingest.registry.raw_tables import CBOE_VIX
from ingest.registry.seeds import Catalog
from ingest.sources.base import FetchTask, LandedDates, Plan

if TYPE_CHECKING:
    import pandas as pd

TABLE = CBOE_VIX
PUBLISHER = "cboe"
URL = "https://cdn.cboe.com/api/global/us_indices/daily_prices/VIX_History.csv"
COLUMNS = ("DATE", "OPEN", "HIGH", "LOW", "CLOSE")


def fetch_tasks(plan: Plan, catalog: Catalog, landed: LandedDates) -> list[FetchTask]:
    """The one file there is, if the catalog wants it."""
    return [
        FetchTask(
            source=f"{PUBLISHER}:{series.source_id}",
            request=Request(f"{PUBLISHER}:{series.source_id}", URL),
            parse=parse,
            since=plan.since,
            until=plan.until,
            expected_date=plan.expected_date(series.calendar, series.publication_lag_sessions),
            feeds_driver=catalog.is_driver_input(series.series),
        )
        for series in catalog.series_of("cboe")
    ]


def parse(payload: Payload) -> "pd.DataFrame":
    """Rows of raw.cboe__vix.

    Raises:
        NothingYet: the file has a header and no rows.
        UnexpectedPayload: it is not the file described above.
    """
    import pandas as pd

    what = "VIX history"
    refuse_html(payload.body, what)
    header, lines = csv_table(decoded(payload.body, what), what)
    titles = [title.upper() for title in header]
    require(titles, COLUMNS, what)
    at = [titles.index(name) for name in COLUMNS]
    rows: list[tuple[date, float | None, float | None, float | None, float]] = []
    for line in lines:
        on, *prices = (line[i] for i in at)
        open_, high, low, close = (number(price, f"{what}, {on}") for price in prices)
        if close:
            rows.append((day(on, what), open_ or None, high or None, low or None, close))
    if not rows:
        raise NothingYet(f"{what}: the file has no rows")
    frame = pd.DataFrame(rows, columns=["observation_date", "open", "high", "low", "close"])
    return frame.astype(dict.fromkeys(("open", "high", "low", "close"), "float64"))
