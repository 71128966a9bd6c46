"""Every fault in the document of every source, and what a run must make of it: rows, nothing yet, or an error.

A document is parsed, limited to the dates of the run, and staged: all that happens between receiving and writing.
"""

from datetime import UTC, date, datetime

import duckdb
import pytest

from ingest.errors import NothingYet, UnexpectedPayload
from ingest.http.messages import Payload
from ingest.pipeline.collect import within
from ingest.pipeline.stage import Document, stage
from tests.support.source_documents import GOOD_DOCUMENTS

EVENING = datetime(2026, 1, 5, 23, 0, tzinfo=UTC)
SINCE, UNTIL = date(2025, 12, 1), date(2026, 1, 5)
NOTHING_YET, SAME_ROWS, ROW_LEFT_OUT, VALUE_LEFT_OUT = "nothing yet", "same rows", "row left out", "value left out"

PAGE = "<!DOCTYPE html><html><head><title>Access Denied</title></head></html>"
FAULTS = {
    "empty body": lambda good: "",
    "web page": lambda good: PAGE,
    "binary file": lambda good: b"\xd0\xcf\x11\xe0\xa1\xb1",
    "notice in words": lambda good: "Edge: Too Many Requests",
    "truncated in the last row": lambda good: good.body[: good.body.rindex(good.number) - 3],
    "printed twice": lambda good: good.body * 2,
    "byte that is not UTF-8": lambda good: good.body.encode().replace(good.number.encode(), b"\xff"),
    "UTF-16": lambda good: good.body.encode("utf-16"),
    "byte-order mark": lambda good: "\ufeff" + good.body,
    "carriage returns": lambda good: good.body.replace("\n", "\r\n"),
    "no rows": lambda good: good.empty,
    "missing column": lambda good: good.without_column,
    "renamed column": lambda good: good.body.replace(good.column, "Renamed"),
    "duplicate key": lambda good: good.body.replace(good.row, good.row * 2),
    "number in words": lambda good: good.body.replace(good.number, "high"),
    "infinite number": lambda good: good.body.replace(good.number, "Infinity"),
    "missing number": lambda good: good.body.replace(good.number, "null" if good.source.startswith("yahoo") else "--"),
    "date in another format": lambda good: good.body.replace(good.date, "5. Januar 2026"),
    "date of no calendar": lambda good: good.body.replace(good.date, "2026-02-30"),
    "date in the future": lambda good: good.body.replace(good.date, good.future),
    "JSON of another shape": lambda good: '{"error": "maintenance", "retry": null}',
    "null": lambda good: "null",
    "another item": lambda good: good.other_item,
}


NOT_THE_DOCUMENT = {
    "nav": "expected XML",
    "holdings": "no header row with Ticker or Name",
    "treasury": "expected a header beginning with Date",
    "fred": "expected the header observation_date",
    "eia": "expected the header observation_date",
    "cboe": "column DATE, OPEN, HIGH, LOW, CLOSE is missing",
    "yahoo": "expected a chart in JSON",
}
NOT_JSON = dict.fromkeys(("fred api", "eia"), "expected observations in JSON") | {"yahoo": "expected a chart in JSON"}
NOT_XML = dict.fromkeys(("nav", "treasury xml"), "is no well-formed XML")
# By fault, then by source or publisher; "" is every other source. A text is the reason of the error.
OUTCOMES = {
    "empty body": NOT_THE_DOCUMENT,
    "web page": {"nav": "declares a document type", "": "received a web page"},
    "binary file": {"": "expected UTF-8 text"},
    "notice in words": NOT_THE_DOCUMENT,
    "truncated in the last row": {**NOT_XML, **NOT_JSON, "": "cells, the header"},
    "printed twice": {
        **NOT_XML,
        **NOT_JSON,
        "holdings": "printed 2 times",
        "treasury csv": "expected a date, found 'Date'",
        "": "expected a number, found",
    },
    "byte that is not UTF-8": {"": "expected UTF-8 text"},
    "UTF-16": {"": "expected UTF-8 text"},
    "byte-order mark": {"": SAME_ROWS},
    "carriage returns": {"": SAME_ROWS},
    "no rows": {"": NOTHING_YET},
    "missing column": {
        "treasury": "no yield for 10 Yr",
        "fred": "expected the header observation_date,DGS10",
        "fred api": "expected observations in JSON",
        "eia": "expected data of the EIA",
        "yahoo": "KeyError: 'close'",
        "": "is missing; the header is",
    },
    "renamed column": {
        "treasury": "no yield for 10 Yr",
        "fred": "found 'Renamed,DGS10'",
        "fred api": "expected observations in JSON",
        "eia": "expected data of the EIA",
        "yahoo": "KeyError: 'close'",
        "": "is missing; the header is",
    },
    "duplicate key": {
        "holdings": "the list is not whole",
        "yahoo": "arrays of one length",
        "": "rows share a grain",
    },
    "number in words": {"yahoo": "expected a chart in JSON", "": "expected a number, found 'high'"},
    "infinite number": {"nav": "is inf, which no share is worth", "yahoo": ROW_LEFT_OUT, "": "a number is not finite"},
    "missing number": {"holdings": VALUE_LEFT_OUT, "": ROW_LEFT_OUT},
    "date in another format": {"yahoo": "expected a chart in JSON", "": "expected a date, found"},
    "date of no calendar": {"yahoo": "expected a chart in JSON", "": "expected a date, found '2026-02-30'"},
    "date in the future": {"": ROW_LEFT_OUT},
    "JSON of another shape": NOT_THE_DOCUMENT | {"fred": "expected observations in JSON", "eia": "observations"},
    "null": NOT_THE_DOCUMENT,
    "another item": {
        "holdings": "the file is of",
        "treasury xml": "expected an Atom feed",
        "fred": "found 'observation_date,DGS2'",
        "eia": "another series",
        "yahoo": "the chart is of 'SPY'",
    },
}


def expected(fault, name):
    """The outcome of a fault for a document: its own, its publisher's, or that of all sources."""
    outcomes = OUTCOMES[fault]
    return outcomes.get(name) or outcomes.get(name.partition(" ")[0]) or outcomes[""]


def can_have(fault, good):
    """False for a document that does not say which item it is of: it looks like another item's."""
    return fault != "another item" or bool(good.other_item)


def outcome(good, body):
    """What a run makes of a document: rows of the table, NOTHING_YET, or the text of the error."""
    data = body.encode() if isinstance(body, str) else body
    payload = Payload(good.source, "https://example.org/document", 200, {}, EVENING, data)
    table = good.module.TABLE
    with duckdb.connect() as con:
        try:
            frame = within(table, good.module.parse(payload), SINCE, UNTIL)
            stage(con, table, [Document(frame, EVENING, None, 1)])
        except NothingYet:
            return NOTHING_YET
        except UnexpectedPayload as error:
            return str(error)
        return set(con.execute("from incoming").fetchall())


@pytest.mark.parametrize("name", GOOD_DOCUMENTS)
def test_the_good_document_has_rows(name):
    rows = outcome(GOOD_DOCUMENTS[name], GOOD_DOCUMENTS[name].body)
    assert isinstance(rows, set)
    assert len(rows) >= 2


@pytest.mark.parametrize(
    ("fault", "name"),
    [(fault, name) for fault in FAULTS for name, good in GOOD_DOCUMENTS.items() if can_have(fault, good)],
)
def test_a_fault_has_its_outcome(fault, name):
    good = GOOD_DOCUMENTS[name]
    found = outcome(good, FAULTS[fault](good))
    wanted = expected(fault, name)
    if wanted == SAME_ROWS:
        assert found == outcome(good, good.body)
    elif wanted == ROW_LEFT_OUT:
        assert found < outcome(good, good.body)
    elif wanted == VALUE_LEFT_OUT:
        assert sorted(row[7] is None for row in found) == [False, True]
    elif wanted == NOTHING_YET:
        assert found == NOTHING_YET
    else:
        assert wanted in found
