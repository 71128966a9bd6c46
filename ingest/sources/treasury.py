"""US Treasury daily par yield curve.

Where: home.treasury.gov, XML of a calendar year; the CSV of the same year is the alternative. Keyless.
One row: a date and a tenor. Percent per year, bond-equivalent.
Published: each bond-market business day about 18:00 New York. A year's document is restated in place.
Quirks: a missing tenor is an absent element (earlier: m:null); `BC_30YEARDISPLAY` is not the 30-year yield and
is 0 where there is none; entry ids repeat; 2010-10-11 is an entry without tenors; a row of zeros is a placeholder;
a tenor appears when it is introduced (1.5 months in 2025); the CSV has newest rows first, only the tenors of its
year, no final newline; in the first days of January the year's document is empty or has a single entry.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ingest.errors import NothingYet, UnexpectedPayload
from ingest.http.messages import Payload, Request, preview
from ingest.parsing.text import LEFT_OUT, MISSING_COLUMNS, csv_table, day, decoded, number, refuse_html
from ingest.parsing.xml import parse_xml
from ingest.registry.calendars import session_dates
from ingest.registry.raw_tables import TREASURY_PAR_YIELDS
from ingest.registry.seeds import Catalog
from ingest.sources.base import FetchTask, LandedDates, Plan

if TYPE_CHECKING:
    import pandas as pd

TABLE = TREASURY_PAR_YIELDS
PUBLISHER = "treasury"
SOURCE = "treasury:par_yields"
PAGES = "https://home.treasury.gov/resource-center/data-chart-center/interest-rates"
FEED = "daily_treasury_yield_curve"
# Business days of January in which the old year is still fetched: its last curve may be late or corrected.
NEW_YEAR_DAYS = 10
# The two tenors every curve since 1990 has: without one of them the document is not the par curve.
REQUIRED = ("2 Yr", "10 Yr")

# Since when the curve has had its other tenors; the 30-year yield paused from 2002 to 2006.
TENORS_SINCE = {
    "1 Mo": date(2001, 7, 31),
    "1.5 Mo": date(2025, 2, 18),
    "2 Mo": date(2018, 10, 16),
    "3 Mo": date(1990, 1, 2),
    "4 Mo": date(2022, 10, 19),
    "6 Mo": date(1990, 1, 2),
    "1 Yr": date(1990, 1, 2),
    "3 Yr": date(1990, 1, 2),
    "5 Yr": date(1990, 1, 2),
    "7 Yr": date(1990, 1, 2),
    "20 Yr": date(1993, 10, 1),
    "30 Yr": date(2006, 2, 9),
}

_ATOM, _META = "{http://www.w3.org/2005/Atom}", "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"
_DATA = "{http://schemas.microsoft.com/ado/2007/08/dataservices}"
_TAG = re.compile(r"BC_(\d+(?:_\d+)?)(MONTH|YEAR)")
_TITLE = re.compile(r"(\d+(?:\.\d+)?) ?(Mo|Month|Yr|Year)", re.IGNORECASE)


def fetch_tasks(plan: Plan, catalog: Catalog, landed: LandedDates) -> list[FetchTask]:
    """One task for each year that is not complete in the warehouse, and one for the running year."""
    owing = [s for s in catalog.series_of("treasury") if s.role == "driver"] or list(catalog.series_of("treasury"))
    expected = plan.expected_date(owing[0].calendar, owing[0].publication_lag_sessions) if owing else None
    feeds = any(catalog.is_driver_input(s.series) for s in owing)
    found = []
    for year in _years(plan, landed.dates(TABLE)):
        xml = Request(SOURCE, f"{PAGES}/pages/xml", {"data": FEED, "field_tdr_date_value": str(year)})
        table = Request(
            SOURCE,
            f"{PAGES}/daily-treasury-rates.csv/{year}/all",
            {"type": FEED, "field_tdr_date_value": str(year), "page": "", "_format": "csv"},
            endpoint="treasury-csv",
        )
        last = FetchTask(SOURCE, table, parse, plan.since, plan.until, expected, feeds_driver=feeds)
        found.append(FetchTask(SOURCE, xml, parse, plan.since, plan.until, expected, (last,), feeds))
    return found


def _years(plan: Plan, landed: frozenset[date]) -> list[int]:
    newest = plan.until.year
    is_new_year = len(session_dates(date(newest, 1, 1), plan.until)) <= NEW_YEAR_DAYS
    asked_again = {newest, newest - 1} if is_new_year else {newest}
    years = range(plan.since.year, newest + 1)
    return [y for y in years if y in asked_again or not _is_whole(y, plan.since, landed)]


def _is_whole(year: int, since: date, landed: frozenset[date]) -> bool:
    """True where the landed dates reach from the year's first days (or `since`) to its last session."""
    days = sorted(d for d in landed if d.year == year)
    if not days:
        return False
    # the very last one: a run that missed it may come back only when January is well under way
    last = session_dates(date(year, 12, 20), date(year, 12, 31))[-1]
    return (days[0] - max(since, date(year, 1, 1))).days < 7 and days[-1] >= last


def parse(payload: Payload) -> "pd.DataFrame":
    """Rows of raw.treasury__par_yields from XML or CSV, whichever came.

    Raises:
        NothingYet: the document is in order and has no curve.
        UnexpectedPayload: it is not the par yield curve.
    """
    import pandas as pd

    what = "Treasury par yields"
    refuse_html(payload.body, what)
    is_xml = payload.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    rows = _rows_of_xml(payload.body, what) if is_xml else _rows_of_csv(payload.body, what)
    zeros = _dates_of_zeros(rows)
    rows = [row for row in rows if row[0] not in zeros]
    if not rows:
        raise NothingYet(f"{what}: the document has no curve yet")
    if missing := [tenor for tenor in REQUIRED if not any(row[1] == tenor for row in rows)]:
        tenors = ", ".join(dict.fromkeys(row[1] for row in rows))
        raise UnexpectedPayload(f"{what}: no yield for {', '.join(missing)}; the tenors are {tenors}")
    frame = pd.DataFrame(rows, columns=["observation_date", "tenor", "yield_pct"])
    newest = max(row[0] for row in rows)
    if zeros:
        days = ", ".join(map(str, sorted(zeros)))
        frame.attrs[LEFT_OUT] = [f"a curve of zeros on {days}, which no yield curve has ever been"]
    on_that_day = {tenor for on, tenor, _ in rows if on == newest}
    frame.attrs[MISSING_COLUMNS] = [t for t, first in TENORS_SINCE.items() if newest >= first and t not in on_that_day]
    return frame


def _dates_of_zeros(rows: Sequence[tuple[date, str, float]]) -> set[date]:
    """Dates on which every tenor is 0: a placeholder, not a curve."""
    return {on for on, _, _ in rows} - {on for on, _, value in rows if value != 0}


def _rows_of_xml(body: bytes, what: str) -> list[tuple[date, str, float]]:
    root = parse_xml(body, what)
    if root.tag != f"{_ATOM}feed":
        raise UnexpectedPayload(f"{what}: expected an Atom feed, the root element is {preview(root.tag)}")
    rows = []
    for properties in root.iter(f"{_META}properties"):
        stated = properties.findtext(f"{_DATA}NEW_DATE")
        if not stated:
            raise UnexpectedPayload(
                f"{what}: an entry has no NEW_DATE: {preview(', '.join(p.tag for p in properties))}"
            )
        on = day(stated.strip()[:10], what)
        for element in properties:
            tag = _TAG.fullmatch(element.tag.removeprefix(_DATA))
            if tag is None:
                continue  # ids, the date itself, and BC_30YEARDISPLAY
            value = number(element.text or "", f"{what}, {tag[0]} of {on}")
            if value is not None:
                unit = "Mo" if tag[2] == "MONTH" else "Yr"
                rows.append((on, f"{tag[1].replace('_', '.')} {unit}", value))
    return rows


def _rows_of_csv(body: bytes, what: str) -> list[tuple[date, str, float]]:
    header, lines = csv_table(decoded(body, what), what)
    if not header or header[0].lower() != "date":
        raise UnexpectedPayload(
            f"{what}: expected a header beginning with Date, found {preview(','.join(header), 400)}"
        )
    tenors = [_tenor(title) for title in header]
    rows = []
    for line in lines:
        on = day(line[0], what)
        for tenor, cell in zip(tenors[1:], line[1:], strict=True):
            value = number(cell, f"{what}, {tenor} of {on}")
            if tenor and value is not None:
                rows.append((on, tenor, value))
    return rows


def _tenor(title: str) -> str | None:
    """'1.5 Month' and '10 YR' as they are called everywhere here: '1.5 Mo', '10 Yr'. None for other columns."""
    match = _TITLE.fullmatch(title.strip())
    return f"{match[1]} {'Mo' if match[2].lower().startswith('mo') else 'Yr'}" if match else None
