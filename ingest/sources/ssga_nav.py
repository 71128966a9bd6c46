"""Net asset value history of a State Street fund.

Where: navhist-us-en-TICKER.xlsx (ticker in lower case), the whole history each time, keyless.
One row: a fund and a date. USD per share.
Published: the value of a session is up on the next morning.
Quirks: a preamble with the ticker (`GLD®` for some), an absent row, then the header; newest row first; dates as text
(21-May-2026); shares `-` where unpublished; a disclaimer under the table. Values are not adjusted for splits.
"""

from typing import TYPE_CHECKING, Any

from ingest.errors import NothingYet, UnexpectedPayload
from ingest.http.messages import Payload, Request, preview
from ingest.parsing.spreadsheet import table_below
from ingest.parsing.text import day, is_missing, number, require
from ingest.registry.raw_tables import SSGA_NAV
from ingest.registry.seeds import Catalog
from ingest.sources.base import FetchTask, LandedDates, Plan

if TYPE_CHECKING:
    import pandas as pd

TABLE = SSGA_NAV
PUBLISHER = "ssga"
FOLDER = "https://www.ssga.com/library-content/products/fund-data/etfs/us"
COLUMNS = ("Date", "NAV", "Shares Outstanding", "Total Net Assets")


def fetch_tasks(plan: Plan, catalog: Catalog, landed: LandedDates) -> list[FetchTask]:
    """One workbook for each fund of the catalog."""
    return [
        FetchTask(
            source=f"{PUBLISHER}:{series.source_id}",
            request=Request(
                f"{PUBLISHER}:{series.source_id}", f"{FOLDER}/navhist-us-en-{series.source_id.lower()}.xlsx"
            ),
            parse=parse,
            since=plan.since,
            until=plan.until,
            expected_date=plan.expected_date(series.calendar, series.publication_lag_sessions),
            feeds_driver=catalog.is_driver_input(series.series),
            key={"fund": series.source_id},
        )
        for series in catalog.series_of(PUBLISHER)
    ]


def parse(payload: Payload) -> "pd.DataFrame":
    """Rows of raw.ssga__nav.

    Raises:
        NothingYet: the table has no rows.
        UnexpectedPayload: it is not the history of that fund.
    """
    import pandas as pd

    what = f"State Street history of {payload.item}"
    preamble, header, lines = table_below(payload.body, "Date", what)
    _require_fund(preamble, payload.item, what)
    require(header, COLUMNS, what)
    at = [header.index(name) for name in COLUMNS]
    rows = [row for line in lines if (row := _row([line[i] for i in at], what))]
    if not rows:
        raise NothingYet(f"{what}: the table has no rows")
    names = ["nav_usd", "shares_outstanding", "total_net_assets_usd"]
    frame = pd.DataFrame(rows, columns=["observation_date", *names]).astype(dict.fromkeys(names, "float64"))
    frame.insert(0, "fund", payload.item)
    return frame


def _require_fund(preamble: list[list[str]], fund: str, what: str) -> None:
    stated = next((row[1] for row in preamble if len(row) > 1 and row[0].startswith("Ticker")), "")
    if stated.rstrip("®").strip() != fund:
        raise UnexpectedPayload(f"{what}: the workbook is of {preview(stated)}")


def _row(cells: list[str], what: str) -> tuple[Any, ...] | None:
    """One observation; None for an empty line and for the disclaimer, which has text in its first cell only."""
    stated, nav_text, shares, assets = cells
    if is_missing(stated) or not (nav_text or shares or assets):
        return None
    nav = number(nav_text, f"{what}, NAV of {stated}")
    if nav is None:
        return None
    if not 0 < nav < 1e7:
        raise UnexpectedPayload(f"{what}: the NAV of {stated} is {nav}, which no share is worth")
    return (
        day(stated, what),
        nav,
        number(shares, f"{what}, shares of {stated}"),
        number(assets, f"{what}, assets of {stated}"),
    )
