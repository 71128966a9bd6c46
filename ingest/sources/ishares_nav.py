"""Fund workbook of the issuer: net asset value, distributions and shares outstanding back to inception.

Where: `get-fund-document?component=fundDownload`, one document a fund, keyless.
Wire: SpreadsheetML 2003 under the content type of Excel; worksheet `Historical`, newest row first.
One row: a fund and an as-of date. USD per share; shares in pieces.
Published: the value of a session is up on the morning of the next one.
Quirks: one or two byte-order marks; bare `&` in names, so not well-formed XML; missing is `--`;
international funds add a column `Non-FV NAV`; cells may be sparse (`ss:Index`); history is restated for
splits; some dates are no sessions (2010-05-31) and some values are wrong (July 2001): kept as published.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from ingest.errors import NothingYet, UnexpectedPayload
from ingest.http.messages import Payload, preview
from ingest.parsing.text import day, is_missing, number, require
from ingest.parsing.xml import parse_xml
from ingest.registry.raw_tables import ISHARES_NAV
from ingest.registry.seeds import Catalog
from ingest.sources.base import FetchTask, LandedDates, Plan
from ingest.sources.ishares_document import document_request

if TYPE_CHECKING:
    import pandas as pd

TABLE = ISHARES_NAV
PUBLISHER = "nav"
SHEET = "Historical"
# The last value is expected the morning after the next session: some funds are a day later than the rest.
LAG_SESSIONS = 1
_NS = "{urn:schemas-microsoft-com:office:spreadsheet}"


def fetch_tasks(plan: Plan, catalog: Catalog, landed: LandedDates) -> list[FetchTask]:
    """One workbook for each fund of the plan, its benchmark, and each fund that feeds a driver."""
    wanted = [*plan.funds, *catalog.driver_funds]
    wanted += [f.fund for f in catalog.funds if f.is_broad_market]
    wanted += [b for f in plan.funds if (b := catalog.fund(f).benchmark_fund)]
    expected = plan.expected_date("nyse", LAG_SESSIONS)
    return [
        FetchTask(
            source=f"{PUBLISHER}:{ticker}",
            request=document_request(f"{PUBLISHER}:{ticker}", catalog.fund(ticker), "fundDownload"),
            parse=parse,
            since=plan.since,
            until=plan.until,
            expected_date=expected,
            feeds_driver=ticker in plan.funds or catalog.is_driver_input(f"{PUBLISHER}:{ticker}"),
            key={"fund": ticker},
        )
        for ticker in dict.fromkeys(wanted)
    ]


def parse(payload: Payload) -> "pd.DataFrame":
    """Rows of raw.ishares__nav.

    Raises:
        NothingYet: the workbook has no history yet.
        UnexpectedPayload: it is not the workbook described above.
    """
    import pandas as pd

    what = f"fund workbook of {payload.item}"
    rows = list(_history(parse_xml(payload.body, what), what))
    if not rows:
        raise NothingYet(f"{what}: the worksheet {SHEET} has no rows")
    frame = pd.DataFrame(rows, columns=["observation_date", "nav_usd", "ex_dividend_usd", "shares_outstanding"])
    for name in ("nav_usd", "ex_dividend_usd", "shares_outstanding"):
        frame[name] = frame[name].astype("float64")
    frame.insert(0, "fund", payload.item)
    return frame


def _history(root: Element, what: str) -> Iterator[tuple[object, ...]]:
    sheets = [s for s in root.iter(f"{_NS}Worksheet") if s.get(f"{_NS}Name") == SHEET]
    if len(sheets) != 1:
        names = [s.get(f"{_NS}Name") or "" for s in root.iter(f"{_NS}Worksheet")]
        raise UnexpectedPayload(f"{what}: expected one worksheet {SHEET}, found {preview(', '.join(names))}")
    table = (_cells(row) for row in sheets[0].iter(f"{_NS}Row"))
    at = _header(table, what)
    for cells in table:
        stated = cells.get(at["As Of"], "")
        if is_missing(stated):
            continue
        nav = number(cells.get(at["NAV per Share"], ""), f"{what}, NAV of {stated}")
        if nav is None:
            continue  # no value was struck that day: no observation
        if not 0 < nav < 1e7:
            raise UnexpectedPayload(f"{what}: the NAV of {stated} is {nav}, which no share is worth")
        dividend = number(cells.get(at["Ex-Dividends"], ""), f"{what}, distribution of {stated}")
        shares = number(cells.get(at["Shares Outstanding"], ""), f"{what}, shares of {stated}")
        yield day(stated, what), nav, dividend or None, shares


def _header(table: Iterator[dict[int, str]], what: str) -> dict[str, int]:
    """Positions of the columns by name; rows before the header (titles, notes) are passed over."""
    wanted = ("As Of", "NAV per Share", "Ex-Dividends", "Shares Outstanding")
    seen: list[str] = []
    for cells in table:
        names = {text.strip(): position for position, text in cells.items()}
        seen.append(",".join(names))
        if "As Of" in names:
            require(list(names), wanted, what)
            return {name: names[name] for name in wanted}
        if len(seen) == 10:
            break
    raise UnexpectedPayload(f"{what}: worksheet {SHEET} has no row with 'As Of'; it begins {preview(' | '.join(seen))}")


def _cells(row: Element) -> dict[int, str]:
    """Text of the cells by position, honouring `ss:Index`, which skips empty ones."""
    cells: dict[int, str] = {}
    position = 0
    for cell in row:
        index = cell.get(f"{_NS}Index")
        position = int(index) if index and index.isascii() and index.isdigit() else position + 1
        data = cell.find(f"{_NS}Data")
        if data is not None:
            cells[position] = data.text or ""
    return cells
