"""Stage rows for a landing: typed, and refused where they cannot be right.

Two temporary tables: `incoming` holds the rows with the landing_id of their document, `landings` one row a document
(landing_id, known_at, sha256).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from ingest.errors import UnexpectedPayload
from ingest.registry.raw_schema import RawTable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Document:
    """Rows of one document to land; `knowledge_ts` says when they were learned, timezone-aware."""

    frame: "pd.DataFrame"
    knowledge_ts: datetime
    payload_sha256: str | None
    landing_id: int


def stage(con: duckdb.DuckDBPyConnection, table: RawTable, documents: Sequence[Document]) -> None:
    """Create `incoming` and `landings` from documents of different landing ids.

    Raises:
        UnexpectedPayload: columns missing or unknown, a value that does not fit its type, an infinity, a missing or
            repeated grain.
    """
    import pandas as pd

    for document in documents:
        _check_columns(table, list(document.frame.columns))
    ids = [document.landing_id for document in documents for _ in range(len(document.frame))]
    frames = [document.frame for document in documents]
    together = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    _create_incoming(con, table, together.assign(landing_id=ids))
    _check_rows(con, table)
    con.execute("create or replace temp table landings (landing_id bigint, known_at timestamp, sha256 varchar)")
    con.executemany(
        "insert into landings values (?, ?, ?)",
        [(d.landing_id, d.knowledge_ts.astimezone(UTC).replace(tzinfo=None), d.payload_sha256) for d in documents],
    )


def _check_columns(table: RawTable, came: list[str]) -> None:
    wanted = {column.name for column in table.columns}
    if set(came) != wanted or len(came) != len(wanted):
        missing, unknown = sorted(wanted - set(came)), sorted(set(came) - wanted)
        raise UnexpectedPayload(f"{table.name}: columns missing {missing}, unknown {unknown}")


def _create_incoming(con: duckdb.DuckDBPyConnection, table: RawTable, frame: "pd.DataFrame") -> None:
    """Cast every column to its type; `nan` in a numeric column arrives as NULL."""
    columns = ", ".join(f'cast("{c.name}" as {c.type}) as "{c.name}"' for c in table.columns)
    con.register("incoming_frame", frame)
    try:
        con.execute(
            f"create or replace temp table incoming as select {columns}, cast(landing_id as bigint) as landing_id "  # noqa: S608 - registry
            "from incoming_frame"
        )
    except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException) as error:
        raise UnexpectedPayload(
            f"{table.name}: a value does not fit its column: {str(error).splitlines()[0]}"
        ) from error
    finally:
        con.unregister("incoming_frame")


def _check_rows(con: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    doubles = [c.name for c in table.columns if c.type == "DOUBLE"]
    infinite = " or ".join(f'isinf("{name}") or isnan("{name}")' for name in doubles) or "false"
    missing = " or ".join(f'"{name}" is null' for name in table.grain)
    grain = ", ".join(f'"{name}"' for name in table.grain)
    problems: list[tuple[str, str]] = [
        ("a number is not finite", f"select {grain} from incoming where {infinite} limit 1"),  # noqa: S608 - registry
        ("a row has no grain", f"select {grain} from incoming where {missing} limit 1"),  # noqa: S608 - registry
        ("rows share a grain", f"select {grain} from incoming group by all having count(*) > 1 limit 1"),  # noqa: S608
    ]
    for problem, query in problems:
        if found := con.execute(query).fetchall():
            row = ", ".join(f"{n} = {v}" for n, v in zip(table.grain, found[0], strict=True))
            raise UnexpectedPayload(f"{table.name}: {problem}: {row}")
