"""Wrong but well-formed values for a mirror, as the list of them describes, on any session."""

import csv
from datetime import date, timedelta
from pathlib import Path

from tests.support.homes import SHARED

FILE = SHARED / "trust" / "plants.txt"
LISTED = date(2025, 12, 31)  # the session the list is written for


def _listed() -> dict[str, str]:
    if not FILE.exists():
        return {}
    lines = [line.split(None, 1) for line in FILE.read_text().splitlines() if line and not line.startswith("#")]
    return {name: text.strip() for name, text in lines}


LINES = _listed()


def same_cell(first: str, second: str) -> bool:
    """Whether two lines are about one value of one source, so that only one of them can be planted."""
    return LINES[first].split("=")[0] == LINES[second].split("=")[0]


def plant(name: str, session: date, observations: Path) -> str:
    """A line of the list for a session: the same mistake, made with the value of that day."""
    text = LINES[name].replace(str(LISTED), str(session))
    text = text.replace("..2025-12-01", f"..{session - timedelta(days=30)}")
    where, _, _ = text.partition("=")
    if name in _YIELDS:
        return f"{where}={_YIELDS[name](_yields(session, observations))}"
    return text


def _digits_swapped(row: dict[str, str]) -> str:
    units, _, decimals = f"{float(row['10 Yr']):.2f}".partition(".")
    return f"{units}.{decimals[::-1]}"


_YIELDS = {
    "yield_as_fraction": lambda row: f"{float(row['10 Yr']) / 100:.4f}",
    "yield_digits_swapped": _digits_swapped,
    "two_year_ten_year_swap": lambda row: row["2 Yr"],
}


def _yields(session: date, observations: Path) -> dict[str, str]:
    rows = csv.DictReader((observations / "treasury.csv").read_text().splitlines())
    return next(row for row in rows if row["date"] == str(session))
