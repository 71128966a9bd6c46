"""Reading what publishers print: dates, numbers and their many words for nothing. Shared by the parsers."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache

from ingest.errors import UnexpectedPayload
from ingest.http.messages import looks_like_html, preview

MISSING = frozenset({"", "-", "--", ".", "n/a", "na", "nd", "n/d", "null", "none", "nan"})
# The attribute of a parsed frame that lists columns its document usually has and does not have today.
MISSING_COLUMNS = "missing_columns"
# The attribute of a parsed frame that lists, a sentence each, what its document holds and the frame leaves out.
LEFT_OUT = "left_out"
DATE_FORMATS = ("%b %d, %Y", "%Y-%m-%d", "%m/%d/%Y", "%d-%b-%Y", "%d/%b/%Y", "%B %d, %Y", "%Y%m%d")


def decoded(body: bytes, what: str) -> str:
    """The document as text, byte-order marks removed (workbooks carry two).

    Raises:
        UnexpectedPayload: it is not UTF-8.
    """
    try:
        return body.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise UnexpectedPayload(
            f"{what}: expected UTF-8 text, byte {error.start} is not; the document begins {preview(body)}"
        ) from error


def csv_table(text: str | Sequence[str], what: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a CSV document; blank lines are passed over, an empty document has an empty header.

    Raises:
        UnexpectedPayload: a row is narrower or wider than the header.
    """
    lines = text.splitlines() if isinstance(text, str) else text
    try:
        header, *rows = [row for row in csv.reader(lines) if row] or [[]]
    except csv.Error as error:
        raise UnexpectedPayload(f"{what}: is no CSV ({error}); it begins {preview(','.join(lines[:3]))}") from error
    for row in rows:
        if len(row) != len(header):
            raise UnexpectedPayload(
                f"{what}: a line has {len(row)} cells, the header {len(header)}: {preview(','.join(row))}"
            )
    return [title.strip() for title in header], rows


def is_missing(text: str) -> bool:
    """True for every way a publisher writes nothing; a no-break space counts as a space."""
    return text.strip().lower() in MISSING


def number(text: str, what: str) -> float | None:
    """A printed number, thousands separated by commas; None where it is missing.

    Raises:
        UnexpectedPayload: it is something else.
    """
    try:
        return float(text.replace(",", ""))
    except ValueError:
        plain = text.strip()
    if plain.lower() in MISSING:
        return None
    try:
        return float(plain.replace(",", "").lstrip("$"))
    except ValueError as error:
        raise UnexpectedPayload(f"{what}: expected a number, found {preview(text)}") from error


def numbers(cells: Iterable[str], what: str) -> list[float | None]:
    """`number` of a whole column."""
    column = list(cells)
    try:
        # the whole column in three calls; a file of two thousand lines has a dozen columns of numbers
        plain = "\n".join(column).replace(",", "").split("\n")
        return list(map(float, plain)) if len(plain) == len(column) else [number(cell, what) for cell in column]
    except ValueError:  # something in it is missing, or is no number
        return [number(cell, what) for cell in column]


def day(text: str, what: str) -> date:
    """A printed date in any of the formats publishers were seen to use.

    Raises:
        UnexpectedPayload: it is none of them.
    """
    found = _day(text.strip())
    if found is None:
        raise UnexpectedPayload(f"{what}: expected a date, found {preview(text)}")
    return found


@lru_cache(maxsize=2**15)
def _day(text: str) -> date | None:
    # remembered, because every fund prints the same few thousand dates
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar date has no zone
        except ValueError:
            continue
    return None


def require(header: Sequence[str], wanted: Iterable[str], what: str) -> None:
    """Check that a header has the columns a parser needs, each once.

    Raises:
        UnexpectedPayload: one is missing, or there twice; the message quotes the header.
    """
    wanted = list(wanted)
    if twice := [name for name in wanted if header.count(name) > 1]:
        raise UnexpectedPayload(
            f"{what}: column {', '.join(twice)} is there twice; the header is {preview(','.join(header), 400)}"
        )
    missing = [name for name in wanted if name not in header]
    if missing:
        raise UnexpectedPayload(
            f"{what}: column {', '.join(missing)} is missing; the header is {preview(','.join(header), 400)}"
        )


def refuse_html(body: bytes, what: str) -> None:
    """Check that a document is no web page: bot walls and retired addresses send one, whatever their headers say.

    Raises:
        UnexpectedPayload: it is one.
    """
    if looks_like_html(body):
        raise UnexpectedPayload(f"{what}: expected data, received a web page: {preview(body)}")
