"""Distributions of State Street funds.

Where: spdr-etf-historical-distributions.xlsx, all funds and all history in one document, keyless.
One row: a fund and an ex-date. USD per share: income, short-term and long-term gains.
Published: by the ex-date.
Quirks: rows of zero; a payable date before its ex-date (BIL 2008-03-03); dates as MM/DD/YYYY.
"""

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from ingest.errors import NothingYet
from ingest.http.messages import Payload, Request
from ingest.parsing.spreadsheet import table_below
from ingest.parsing.text import day, is_missing, number, require
from ingest.registry.raw_tables import SSGA_DISTRIBUTIONS
from ingest.registry.seeds import Catalog
from ingest.sources import ssga_nav
from ingest.sources.base import FetchTask, LandedDates, Plan

if TYPE_CHECKING:
    import pandas as pd

TABLE = SSGA_DISTRIBUTIONS
PUBLISHER = "ssga_distributions"
SOURCE = f"{PUBLISHER}:all"
URL = f"{ssga_nav.FOLDER}/spdr-etf-historical-distributions.xlsx"
AMOUNTS = {
    "DIVIDEND ($)": "dividend_usd",
    "SHORT TERM CAPITAL GAIN ($)": "short_term_gain_usd",
    "LONG TERM CAPITAL GAIN ($)": "long_term_gain_usd",
}


def fetch_tasks(plan: Plan, catalog: Catalog, landed: LandedDates) -> list[FetchTask]:
    """The one document there is, if the catalog has a fund of State Street."""
    if not catalog.series_of(ssga_nav.PUBLISHER):
        return []
    return [FetchTask(SOURCE, Request(SOURCE, URL), parse, plan.since, plan.until)]


def parse(payload: Payload) -> "pd.DataFrame":
    """Rows of raw.ssga__distributions: amounts of one ex-date added up, rows of zero left out.

    Raises:
        NothingYet: the table has no rows.
        UnexpectedPayload: it is not the document described above.
    """
    import pandas as pd

    what = "State Street distributions"
    _, header, lines = table_below(payload.body, "TICKER", what)
    require(header, ["TICKER", "EX-DATE", *AMOUNTS], what)
    at = {name: header.index(name) for name in ("TICKER", "EX-DATE", *AMOUNTS)}
    paid: dict[tuple[str, date], list[float]] = defaultdict(lambda: [0.0] * len(AMOUNTS))
    for line in lines:
        ticker, stated = line[at["TICKER"]].rstrip("®").strip(), line[at["EX-DATE"]]
        if is_missing(ticker) or is_missing(stated):
            continue
        amounts = [number(line[at[name]], f"{what}, {name} of {ticker} {stated}") or 0.0 for name in AMOUNTS]
        if any(amounts):
            so_far = paid[ticker, day(stated, what)]
            paid[ticker, day(stated, what)] = [a + b for a, b in zip(so_far, amounts, strict=True)]
    if not paid:
        raise NothingYet(f"{what}: the table has no rows")
    rows = [(ticker, on, *amounts) for (ticker, on), amounts in paid.items()]
    return pd.DataFrame(rows, columns=["fund", "ex_date", *AMOUNTS.values()])
