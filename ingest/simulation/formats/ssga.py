"""State Street's workbooks: one sheet of shared texts and plain numbers, as xlsx."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from ingest.simulation.bars import bars
from ingest.simulation.publication import published
from ingest.simulation.sessions import calendar

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHARES = 900_000_000.0
Cell = str | float


def nav_workbook(fund: str, now: datetime) -> bytes:
    """The history of a fund: preamble, an absent row, header, newest row first, a disclaimer."""
    quote, sessions = bars(fund, None), calendar().sessions
    count = published("ssga", fund, sessions, now)
    rows: list[list[Cell]] = [
        [f"{sessions[i]:%d-%b-%Y}", float(quote.close[i]), _SHARES, float(quote.close[i]) * _SHARES]
        for i in range(count - 1, -1, -1)
    ]
    return workbook(
        [
            ["Fund Name:", f"Simulated {fund}"],
            ["Ticker Symbol:", fund],
            [],
            ["Date", "NAV", "Shares Outstanding", "Total Net Assets"],
            *rows,
            [],
            ["Past performance is not a reliable indicator of future performance."],
        ]
    )


def distributions_workbook(funds: Sequence[str], now: datetime) -> bytes:
    """The distributions of all funds, newest first."""
    header: list[Cell] = ["TICKER", "FUND NAME", "EX-DATE", "RECORD DATE", "PAYABLE DATE", "DIVIDEND ($)"]
    header += ["SHORT TERM CAPITAL GAIN ($)", "LONG TERM CAPITAL GAIN ($)"]
    rows: list[list[Cell]] = []
    for fund in funds:
        quote, sessions = bars(fund, None), calendar().sessions
        for i in range(published("ssga", fund, sessions, now) - 1, -1, -1):
            if quote.dividend[i]:
                day = f"{sessions[i]:%m/%d/%Y}"
                rows.append([fund, f"Simulated {fund}", day, day, day, float(quote.dividend[i]), 0.0, 0.0])
    return workbook([["State Street ETF distributions"], [], header, *rows])


def workbook(rows: Sequence[Sequence[Cell]]) -> bytes:
    """An xlsx file with these cells in its one sheet; an empty row is absent, as in the real files."""
    texts: dict[str, int] = {}
    sheet = "".join(_row(number, row, texts) for number, row in enumerate(rows, 1) if row)
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPES}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}" count="{len(texts)}" uniqueCount="{len(texts)}">{shared}</sst>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            # a fixed date: the same observations are the same bytes
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), _HEAD + text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _row(number: int, cells: Sequence[Cell], texts: dict[str, int]) -> str:
    written = "".join(
        f'<c r="{chr(65 + i)}{number}"><v>{cell}</v></c>'
        if isinstance(cell, float)
        else f'<c r="{chr(65 + i)}{number}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>'
        for i, cell in enumerate(cells)
    )
    return f'<row r="{number}">{written}</row>'
