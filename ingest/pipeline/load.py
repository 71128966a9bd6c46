"""Land typed rows as append-only versions, for every source alike.

A landing compares what came with what was known at its instant and writes only the difference, in one transaction.
`land_documents` lands many documents at once, each whole or not at all, and with the rows it would have had one by
one. The current version of a row is the one with the newest (knowledge_ts, landing_id) of its grain; of a document
(tables with a `snapshot` key) it is all rows having the newest (knowledge_ts, landing_id) of that key. Looking at an
earlier instant gives what was known then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import duckdb

from ingest.errors import UnexpectedPayload
from ingest.pipeline.insert_changes import insert_changed_documents, insert_changed_rows
from ingest.pipeline.stage import Document, stage
from ingest.registry.raw_schema import RawTable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LandingResult:
    """What a landing did; dates are those of the rows seen."""

    table: str
    rows_seen: int
    rows_landed: int
    first_date: date | None
    last_date: date | None


def next_landing_id(con: duckdb.DuckDBPyConnection) -> int:
    """A new landing id, larger than every one before."""
    return next_landing_ids(con, 1)[0]


def next_landing_ids(con: duckdb.DuckDBPyConnection, count: int) -> list[int]:
    """As many new landing ids, ascending."""
    found = con.execute("select nextval('raw.landing_ids') from range(?)", [count]).fetchall()
    return sorted(int(row[0]) for row in found)


def land(
    con: duckdb.DuckDBPyConnection,
    table: RawTable,
    frame: "pd.DataFrame",
    *,
    knowledge_ts: datetime,
    payload_sha256: str | None,
    landing_id: int | None = None,
) -> LandingResult:
    """Write the rows of `frame` that are new or differ from what was known at `knowledge_ts`.

    Landing the same rows again writes nothing. All or nothing: a failure leaves the table unchanged.

    Args:
        con: an open warehouse.
        table: where to; its columns are the only names that enter SQL.
        frame: exactly the table's own columns, in any order. NaN and None are missing values.
        knowledge_ts: when this was learned, timezone-aware.
        payload_sha256: hash of the document the rows were parsed from.
        landing_id: the id to write; a new one unless a replay repeats an old landing.

    Raises:
        UnexpectedPayload: columns missing or unknown, a value that does not fit its type, an infinity, a
            missing or repeated grain.
    """
    number = next_landing_id(con) if landing_id is None else landing_id
    return _land_together(con, table, [Document(frame, knowledge_ts, payload_sha256, number)])[0]


def land_documents(
    con: duckdb.DuckDBPyConnection, table: RawTable, documents: Sequence[Document]
) -> list[LandingResult | UnexpectedPayload]:
    """Land documents in their order; for each its result, or the error where its rows cannot be right.

    Every document is whole or absent. Those that share a transaction are in it all or none: after a crash the
    archive has recorded what is missing, and the next fetch lands it. Tables versioned row by row have one each.
    """
    results: list[LandingResult | UnexpectedPayload] = []
    for group in _without_repeats(table, documents):
        try:
            results += _land_together(con, table, group)
        except UnexpectedPayload as error:
            # one of them cannot be right: find out which, and let the others land
            alone = [land_documents(con, table, [document])[0] for document in group] if len(group) > 1 else [error]
            results += alone
    return results


def _without_repeats(table: RawTable, documents: Sequence[Document]) -> list[list[Document]]:
    """Runs of documents with different keys: a second version of one has to see the first."""
    groups: list[list[Document]] = []
    seen: set[tuple[object, ...]] = set()
    for document in documents:
        known = set(table.snapshot) <= set(document.frame.columns)
        keys = set(zip(*(document.frame[name].tolist() for name in table.snapshot), strict=True)) if known else set()
        if not groups or not table.snapshot or keys & seen:
            groups.append([])
            seen = set()
        groups[-1].append(document)
        seen |= keys
    return groups


def _land_together(
    con: duckdb.DuckDBPyConnection, table: RawTable, documents: Sequence[Document]
) -> list[LandingResult]:
    """Land documents none of which is another version of one of the others, in one transaction."""
    stage(con, table, documents)
    con.execute("begin transaction")
    try:
        inserted = insert_changed_documents(con, table) if table.snapshot else insert_changed_rows(con, table)
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    seen = {
        landing_id: counted
        for landing_id, *counted in con.execute(
            f'select landing_id, count(*), min("{table.date_column}"), max("{table.date_column}") '  # noqa: S608 - registry
            "from incoming group by landing_id"
        ).fetchall()
    }
    results = []
    for document in documents:
        rows, first, last = seen.get(document.landing_id, (0, None, None))
        landed = inserted.get(document.landing_id, 0)
        results.append(LandingResult(table.name, rows, landed, _as_date(first), _as_date(last)))
    return results


def _as_date(value: object) -> date | None:
    return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None
