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


def cell_text(cell: Any) -> str:
    """A cell as text, as the parsers of `ingest.parsing.text` take it; dates in ISO form."""
    if isinstance(cell, datetime):
        return str(cell.date())
    return str(cell) if isinstance(cell, date) or cell is not None else ""
