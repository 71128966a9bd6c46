"""land(): append-only versions of typed rows, for every source alike.

A landing compares what came with what was known at its instant and writes only the difference, in one
transaction. The current version of a row is the one with the newest (knowledge_ts, landing_id) of its
grain; of a document (tables with a `snapshot` key) it is all rows having the newest (knowledge_ts,
landing_id) of that key. Looking at an earlier instant gives what was known then.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import duckdb

from ingest.errors import UnexpectedPayload
from ingest.tables import RawTable

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
    return int(con.execute("select nextval('raw.landing_ids')").fetchall()[0][0])


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

    Landing the same rows again writes nothing. All or nothing: a failure leaves the table as it was.

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
    _check_columns(table, list(frame.columns))
    known_at = knowledge_ts.astimezone(UTC).replace(tzinfo=None)
    _stage(con, table, frame)
    _check_staged(con, table)
    con.execute("begin transaction")
    try:
        number = next_landing_id(con) if landing_id is None else landing_id
        landed = _insert_changes(con, table, known_at, number, payload_sha256)
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    seen, first, last = con.execute(
        f'select count(*), min("{table.date_column}"), max("{table.date_column}") from incoming'  # noqa: S608 - registry
    ).fetchall()[0]
    return LandingResult(table.name, seen, landed, _as_date(first), _as_date(last))


def _check_columns(table: RawTable, came: list[str]) -> None:
    wanted = {column.name for column in table.columns}
    if set(came) != wanted or len(came) != len(wanted):
        missing, unknown = sorted(wanted - set(came)), sorted(set(came) - wanted)
        raise UnexpectedPayload(f"{table.name}: columns missing {missing}, unknown {unknown}")


def _stage(con: duckdb.DuckDBPyConnection, table: RawTable, frame: "pd.DataFrame") -> None:
    """Copy the frame into a typed temporary table; `nan` in a numeric column arrives as NULL."""
    columns = ", ".join(f'cast("{c.name}" as {c.type}) as "{c.name}"' for c in table.columns)
    con.register("incoming_frame", frame)
    try:
        con.execute(f"create or replace temp table incoming as select {columns} from incoming_frame")  # noqa: S608 - registry
    except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException) as error:
        raise UnexpectedPayload(
            f"{table.name}: a value does not fit its column: {str(error).splitlines()[0]}"
        ) from error
    finally:
        con.unregister("incoming_frame")


def _check_staged(con: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    doubles = [c.name for c in table.columns if c.type == "DOUBLE"]
    infinite = " or ".join(f'isinf("{name}") or isnan("{name}")' for name in doubles) or "false"
    hollow = " or ".join(f'"{name}" is null' for name in table.grain)
    grain = ", ".join(f'"{name}"' for name in table.grain)
    problems: list[tuple[str, str]] = [
        ("a number is not finite", f"select {grain} from incoming where {infinite} limit 1"),  # noqa: S608 - registry
        ("a row has no grain", f"select {grain} from incoming where {hollow} limit 1"),  # noqa: S608 - registry
        ("rows share a grain", f"select {grain} from incoming group by all having count(*) > 1 limit 1"),  # noqa: S608
    ]
    for problem, query in problems:
        if found := con.execute(query).fetchall():
            row = ", ".join(f"{n} = {v}" for n, v in zip(table.grain, found[0], strict=True))
            raise UnexpectedPayload(f"{table.name}: {problem}: {row}")


def _insert_changes(
    con: duckdb.DuckDBPyConnection, table: RawTable, known_at: datetime, landing_id: int, sha256: str | None
) -> int:
    columns = ", ".join(f'"{c.name}"' for c in table.columns)
    chosen = _changed_documents(table, columns) if table.snapshot else _changed_rows(table, columns)
    provenance = "cast($known_at as timestamp), cast($landing_id as bigint), cast($sha256 as varchar)"
    rows = con.execute(
        f'insert into raw."{table.name}" ({columns}, knowledge_ts, landing_id, payload_sha256) '  # noqa: S608 - registry
        f"with chosen as ({chosen}) select {columns}, {provenance} from chosen",
        {"known_at": known_at, "landing_id": landing_id, "sha256": sha256},
    ).fetchall()
    return int(rows[0][0])


def _changed_rows(table: RawTable, columns: str) -> str:
    """Rows that differ from the newest version of their grain known at the instant, or have none."""
    grain = ", ".join(f'"{name}"' for name in table.grain)
    return f"""
        select {columns} from incoming
        except
        select {columns} from raw."{table.name}"
        where knowledge_ts <= cast($known_at as timestamp) and ({grain}) in (select ({grain}) from incoming)
        qualify row_number() over (partition by {grain} order by knowledge_ts desc, landing_id desc) = 1
    """  # noqa: S608 - names from the registry


def _changed_documents(table: RawTable, columns: str) -> str:
    """All rows of each document that differs in any row from its newest version known at the instant."""
    key = ", ".join(f'"{name}"' for name in table.snapshot)
    return f"""
        with known as (
            select {columns} from raw."{table.name}"
            where knowledge_ts <= cast($known_at as timestamp) and ({key}) in (select ({key}) from incoming)
            qualify rank() over (partition by {key} order by knowledge_ts desc, landing_id desc) = 1
        ),
        differing as (
            (select {columns} from incoming except select {columns} from known)
            union all
            (select {columns} from known except select {columns} from incoming)
        )
        select {columns} from incoming where ({key}) in (select ({key}) from differing)
    """  # noqa: S608 - names from the registry


def _as_date(value: object) -> date | None:
    return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None
