"""land(): append-only versions of typed rows, for every source alike.

A landing compares what came with what was known at its instant and writes only the difference, in one
transaction. `land_documents` lands many documents at once, each whole or not at all, and with the rows it
would have had one by one. The current version of a row is the one with the newest (knowledge_ts, landing_id) of its
grain; of a document (tables with a `snapshot` key) it is all rows having the newest (knowledge_ts,
landing_id) of that key. Looking at an earlier instant gives what was known then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import duckdb

from ingest.errors import UnexpectedPayload
from ingest.registry.raw_tables import RawTable
from ingest.storage.sql import newest_version

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


@dataclass(frozen=True)
class Document:
    """Rows of one document that wait to be landed, and where they came from."""

    frame: "pd.DataFrame"
    knowledge_ts: datetime
    payload_sha256: str | None
    landing_id: int


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


def land_documents(
    con: duckdb.DuckDBPyConnection, table: RawTable, documents: Sequence[Document]
) -> list[LandingResult | UnexpectedPayload]:
    """Land documents in their order; for each what came of it, the error where it cannot be right.

    Every document is whole or absent. Those that share a transaction are in it all or none: after a crash the
    archive has recorded what is missing, and the next fetch lands it. Tables versioned row by row have one each.
    """
    results: list[LandingResult | UnexpectedPayload] = []
    for group in _without_repeats(table, documents):
        try:
            results += _land_together(con, table, group)
        except UnexpectedPayload:
            # one of them cannot be right: find out which, and let the others land
            results += [_land_alone(con, table, document) for document in group]
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


def _land_alone(
    con: duckdb.DuckDBPyConnection, table: RawTable, document: Document
) -> LandingResult | UnexpectedPayload:
    try:
        return land(
            con,
            table,
            document.frame,
            knowledge_ts=document.knowledge_ts,
            payload_sha256=document.payload_sha256,
            landing_id=document.landing_id,
        )
    except UnexpectedPayload as error:
        return error


def _land_together(
    con: duckdb.DuckDBPyConnection, table: RawTable, documents: list[Document]
) -> list[LandingResult | UnexpectedPayload]:
    """Land documents none of which is another version of one of the others."""
    import pandas as pd

    if len(documents) == 1:
        return [_land_alone(con, table, documents[0])]
    for document in documents:
        _check_columns(table, list(document.frame.columns))
    numbers = [d.landing_id for d in documents for _ in range(len(d.frame))]
    together = pd.concat([d.frame for d in documents], ignore_index=True).assign(landing_id=numbers)
    _stage(con, table, together, numbered=True)
    _check_staged(con, table)
    con.execute("create or replace temp table landings (landing_id bigint, known_at timestamp, sha256 varchar)")
    con.executemany(
        "insert into landings values (?, ?, ?)",
        [(d.landing_id, d.knowledge_ts.astimezone(UTC).replace(tzinfo=None), d.payload_sha256) for d in documents],
    )
    con.execute("begin transaction")
    try:
        changed = _insert_changed_documents(con, table)
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    results: list[LandingResult | UnexpectedPayload] = []
    for document in documents:
        days = document.frame[table.date_column].tolist()
        landed = len(days) if document.landing_id in changed else 0
        first, last = (min(days), max(days)) if len(days) else (None, None)
        results.append(LandingResult(table.name, len(days), landed, _as_date(first), _as_date(last)))
    return results


def _insert_changed_documents(con: duckdb.DuckDBPyConnection, table: RawTable) -> set[int]:
    """Write each staged document that is new or differs from its newest version known at its instant."""
    columns = ", ".join(f'"{c.name}"' for c in table.columns)
    key = ", ".join(f'"{name}"' for name in table.snapshot)
    # few documents were landed before: only the rows of those are compared
    con.execute(
        f"""
        create or replace temp table known as
        select keys.landing_id as of_landing, held.*
        from raw."{table.name}" as held
        inner join (select distinct landing_id, {key} from incoming) as keys using ({key})
        inner join landings on keys.landing_id = landings.landing_id
        where held.knowledge_ts <= landings.known_at
        qualify rank() over (
            partition by keys.landing_id, {key} order by held.knowledge_ts desc, held.landing_id desc
        ) = 1
        """  # noqa: S608 - names from the registry
    )
    changed = con.execute(
        f"""
        with again as (select * from incoming where landing_id in (select of_landing from known))
        select landing_id from incoming where landing_id not in (select of_landing from known)
        union
        select landing_id from (
            select landing_id, {columns} from again except select of_landing, {columns} from known
        )
        union
        select of_landing from (
            select of_landing, {columns} from known except select landing_id, {columns} from again
        )
        """  # noqa: S608 - names from the registry
    ).fetchall()
    con.execute(
        f"""
        insert into raw."{table.name}" ({columns}, knowledge_ts, landing_id, payload_sha256)
        select {columns}, landings.known_at, incoming.landing_id, landings.sha256
        from incoming inner join landings on incoming.landing_id = landings.landing_id
        where incoming.landing_id in (select unnest(?))
        """,  # noqa: S608 - names from the registry
        [[row[0] for row in changed]],
    )
    return {int(row[0]) for row in changed}


def _check_columns(table: RawTable, came: list[str]) -> None:
    wanted = {column.name for column in table.columns}
    if set(came) != wanted or len(came) != len(wanted):
        missing, unknown = sorted(wanted - set(came)), sorted(set(came) - wanted)
        raise UnexpectedPayload(f"{table.name}: columns missing {missing}, unknown {unknown}")


def _stage(con: duckdb.DuckDBPyConnection, table: RawTable, frame: "pd.DataFrame", *, numbered: bool = False) -> None:
    """Copy the frame into a typed temporary table; `nan` in a numeric column arrives as NULL."""
    columns = ", ".join(f'cast("{c.name}" as {c.type}) as "{c.name}"' for c in table.columns)
    columns += ", cast(landing_id as bigint) as landing_id" if numbered else ""
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
        {newest_version(grain)}
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
