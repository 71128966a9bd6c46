"""The file of holdings: text to typed rows, in every layout the issuer has used.

A preamble of facts, then one table. `Shares` was renamed `Quantity`; bond files have no ticker and a par value; files
from before mid-2026 carry a byte-order mark, no-break spaces and a page of footer, or twelve columns in another order.
Some have no price (a trust of bitcoin) or name the weight otherwise. Funds that write options print the holdings of
the fund they hold as a second table with fewer columns: the first table counts. Files were seen with the same table
printed twice, with different cash in the copy: refused.
"""

import csv
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ingest.errors import NothingYet, UnexpectedPayload
from ingest.http.messages import preview
from ingest.parsing.text import (
    MISSING_COLUMNS,
    csv_table,
    day,
    decoded,
    is_missing,
    number,
    numbers,
    refuse_html,
    require,
)
from ingest.registry.raw_tables import ISHARES_HOLDINGS

if TYPE_CHECKING:
    import pandas as pd

AS_OF = "Fund Holdings as of"
REQUIRED = ("Name", "Sector", "Asset Class", "Market Value")
# A header has the title Name and one of these; no line of a holding has.
BESIDE_NAME = frozenset({"Ticker", "Sector", "Asset Class", "Market Value", "Notional Value"})
QUANTITIES = ("Quantity", "Shares", "Par Value")
WEIGHTS = ("Weight (%)", "Market Weight")
# What a file of these kinds has had since 2021. One without a column, or with an empty one, is landed and reported.
USUAL = {
    "Par Value": ("CUSIP", "ISIN", "SEDOL", "Coupon (%)", "Duration", "Maturity"),
    "Quantity": ("Ticker",),
    "": ("Price", "Weight (%)", "Notional Value", "Location", "Exchange", "Currency", "FX Rate", "Market Currency"),
}
IDENTIFIERS = ("Ticker", "CUSIP", "ISIN", "SEDOL")
TEXTS = {
    "ticker": "Ticker",
    "name": "Name",
    "sector": "Sector",
    "asset_class": "Asset Class",
    "location": "Location",
    "exchange": "Exchange",
    "currency": "Currency",
    "market_currency": "Market Currency",
    "cusip": "CUSIP",
    "isin": "ISIN",
    "sedol": "SEDOL",
}
NUMBERS = {
    "market_value_usd": "Market Value",
    "notional_value_usd": "Notional Value",
    "price": "Price",
    "fx_rate": "FX Rate",
    "coupon_pct": "Coupon (%)",
    "duration_years": "Duration",
}


def parse_file(body: bytes, fund: str, expected_name: str | None = None) -> "pd.DataFrame":
    """Rows of one holdings file in any layout the issuer has used, whole or not.

    Raises:
        NothingYet: the file is the stub sent for a date without holdings.
        UnexpectedPayload: it is no holdings file, or not of the fund named `expected_name`.
    """
    import numpy as np
    import pandas as pd

    what = f"holdings of {fund}"
    lines, at, facts = _opened(body, what)
    name = lines[0].strip().strip('"')
    if expected_name is not None and name != expected_name:
        raise UnexpectedPayload(f"{what}: the file is of {preview(name)}, expected {expected_name!r}")
    header, rows = _table(lines, at, what)
    if not rows:
        raise UnexpectedPayload(f"{what}: the file of {facts[AS_OF]} has no lines")
    columns: dict[str, object] = {
        "fund": fund,
        "as_of_date": day(facts[AS_OF], what),
        "line_number": range(1, len(rows) + 1),
        "fund_shares_outstanding": number(facts.get("Shares Outstanding", ""), f"{what}, shares outstanding"),
    }
    cells = dict(zip(header, zip(*rows, strict=True), strict=True))
    weight = next((title for title in WEIGHTS if not all(map(is_missing, cells.get(title, ())))), WEIGHTS[0])
    quantity = next((title for title in QUANTITIES if title in cells), None)
    if quantity is None:
        wanted = ", ".join(QUANTITIES)
        raise UnexpectedPayload(f"{what}: none of {wanted} is a column of {preview(','.join(header), 400)}")
    missing = _missing_columns(cells, quantity, what)
    if weight != WEIGHTS[0] and WEIGHTS[0] in missing:
        missing.remove(WEIGHTS[0])
    nothing = [None] * len(rows)
    for column, title in TEXTS.items():
        columns[column] = _texts(cells[title]) if title in cells else nothing
    for column, title in {**NUMBERS, "weight_pct": weight, "quantity": quantity}.items():
        values = numbers(cells[title], f"{what}, {title}") if title in cells else nothing
        columns[column] = np.array(values, dtype="float64")  # None becomes NaN
    columns["maturity_date"] = _maturities(cells["Maturity"], what) if "Maturity" in cells else nothing
    frame = pd.DataFrame({column.name: columns[column.name] for column in ISHARES_HOLDINGS.columns})
    frame.attrs[MISSING_COLUMNS] = missing
    return frame


def _missing_columns(cells: dict[str, tuple[str, ...]], quantity: str, what: str) -> list[str]:
    """Usual columns that are absent or hold nothing; a file whose lines nothing identifies is refused."""
    empty = {
        title for title in (*IDENTIFIERS, *USUAL[""], *USUAL["Par Value"]) if all(map(is_missing, cells.get(title, ())))
    }
    if empty.issuperset(IDENTIFIERS):
        raise UnexpectedPayload(
            f"{what}: no line has a {' or '.join(IDENTIFIERS)}; the columns are {preview(','.join(cells), 400)}"
        )
    kind = "Par Value" if quantity == "Par Value" else "Quantity"
    return [title for title in (*USUAL[kind], *USUAL[""]) if title in empty]


def stated_date(body: bytes, what: str) -> date:
    """The date inside a holdings file, whatever else is in it.

    Raises:
        NothingYet: the file is the stub sent for a date without holdings.
        UnexpectedPayload: it is no holdings file.
    """
    return day(_opened(body, what)[2][AS_OF], what)


def _opened(body: bytes, what: str) -> tuple[list[str], int, dict[str, str]]:
    """Lines, which of them is the header, and what the preamble says."""
    refuse_html(body, what)
    lines = decoded(body, what).replace("\r\n", "\n").split("\n")
    at = _header_line(lines, what)
    facts = _preamble(lines[:at], what)
    if AS_OF not in facts:
        raise UnexpectedPayload(
            f"{what}: no line {AS_OF!r} before the table; the file begins {preview(' | '.join(lines[:3]))}"
        )
    if is_missing(facts[AS_OF]):
        raise NothingYet(f"{what}: the issuer has no holdings for that date")
    return lines, at, facts


def _header_line(lines: list[str], what: str) -> int:
    """The header is found by its content: the preamble was ten lines, and is nine now. It is the first of two."""
    found = [i for i, line in enumerate(lines) if _is_header(line)]
    if not found:
        raise UnexpectedPayload(
            f"{what}: no header row with Ticker or Name; the file begins {preview(' | '.join(lines[:3]))}"
        )
    columns = [set(next(csv.reader([lines[i]]))) for i in found]
    copies = [i for i, titles in zip(found, columns, strict=True) if titles == columns[0]]
    if len(copies) > 1:
        raise UnexpectedPayload(
            f"{what}: the table is printed {len(copies)} times in one file (lines {copies[0] + 1}, {copies[1] + 1})"
        )
    return found[0]


def _is_header(line: str) -> bool:
    if "Name" not in line:
        return False
    titles = {cell.strip().strip('"') for cell in line.split(",")}
    return "Name" in titles and not BESIDE_NAME.isdisjoint(titles)


def _preamble(lines: list[str], what: str) -> dict[str, str]:
    try:
        return {row[0]: row[1] for row in csv.reader(lines) if len(row) > 1}
    except csv.Error as error:
        raise UnexpectedPayload(f"{what}: the lines before the table cannot be read ({error})") from error


def _table(lines: list[str], at: int, what: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows; an empty line, another header or its preamble ends the table, what follows is legal prose."""
    ends = (i for i in range(at + 1, len(lines)) if not lines[i].strip() or _is_header(lines[i]))
    end = next(ends, len(lines))
    # a preamble begins with the name of the fund, one line before its date
    end = next((i - 1 for i in range(at + 1, end) if lines[i].startswith(AS_OF)), end)
    header, rows = csv_table(lines[at:end], what)
    read = {*QUANTITIES, *WEIGHTS, *TEXTS.values(), *NUMBERS.values(), "Maturity"}
    require(header, [*REQUIRED, *sorted(read.intersection(header).difference(REQUIRED))], what)
    return header, rows


def _texts(cells: Sequence[str]) -> list[str | None]:
    # sectors, exchanges and currencies are a few words said two thousand times
    read = {cell: None if (text := cell.strip()) in ("", "-") else text for cell in set(cells)}
    return [read[cell] for cell in cells]


def _maturities(cells: Sequence[str], what: str) -> list[date | None]:
    # a fund of a thousand bonds has a few hundred maturities
    read = {cell: None if is_missing(cell) else day(cell, f"{what}, maturity") for cell in set(cells)}
    return [read[cell] for cell in cells]
