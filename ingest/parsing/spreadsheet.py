"""Rows of a spreadsheet, for sources that publish one."""

import io
from datetime import date, datetime
from typing import Any

from ingest.errors import UnexpectedPayload
from ingest.http.messages import preview


def first_sheet(body: bytes, what: str) -> list[list[Any]]:
    """The cells of the first sheet of an xlsx or xls workbook, row by row; empty cells are empty text.

    Raises:
        UnexpectedPayload: it is no workbook, or one without a sheet.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
        return workbook.get_sheet_by_index(0).to_python(skip_empty_area=True)
    except (CalamineError, IndexError, OSError, ValueError) as error:
        raise UnexpectedPayload(f"{what}: expected a spreadsheet ({error}), found {preview(body)}") from error


def table_below(body: bytes, title: str, what: str) -> tuple[list[list[str]], list[str], list[list[str]]]:
    """The first sheet as text: the rows above the header, the header, and the rows below it.

    The header is the first row that begins with `title`.

    Raises:
        UnexpectedPayload: it is no workbook, or no row begins with `title`.
    """
    cells = [[_text(cell).strip() for cell in row] for row in first_sheet(body, what)]
    start = next((i for i, row in enumerate(cells) if row and row[0] == title), None)
    if start is None:
        raise UnexpectedPayload(f"{what}: no row begins with {title!r}; the sheet begins {preview(str(cells[:4]))}")
    return cells[:start], cells[start], cells[start + 1 :]


def _text(cell: Any) -> str:
    """A cell as text, as the parsers of `ingest.parsing.text` take it; dates in ISO form."""
    if isinstance(cell, datetime):
        return str(cell.date())
    return str(cell) if isinstance(cell, date) or cell is not None else ""
