"""Insert what differs from the newest version known at the instant of its landing; reads the tables of `stage`."""

import duckdb

from ingest.registry.raw_schema import RawTable
from ingest.storage.sql import newest_version


def insert_changed_rows(con: duckdb.DuckDBPyConnection, table: RawTable) -> dict[int, int]:
    """Rows of the one staged landing that have no version, or differ from it; how many were inserted by landing_id."""
    columns = _list(table.column_names)
    grain = _list(table.grain)
    (inserted,) = con.execute(
        f"""
        insert into raw."{table.name}" ({columns}, knowledge_ts, landing_id, payload_sha256)
        with changed as (
            select {columns} from incoming
            except
            select {columns} from raw."{table.name}"
            where knowledge_ts <= (select known_at from landings) and ({grain}) in (select ({grain}) from incoming)
            {newest_version(grain)}
        )
        select {columns}, landings.known_at, landings.landing_id, landings.sha256 from changed cross join landings
        """  # noqa: S608 - names from the registry
    ).fetchall()[0]
    ((landing_id,),) = con.execute("select landing_id from landings").fetchall()
    return {landing_id: inserted}


def insert_changed_documents(con: duckdb.DuckDBPyConnection, table: RawTable) -> dict[int, int]:
    """All rows of each staged document that has no version, or differs from it in any row; inserted by landing_id."""
    columns = _list(table.column_names)
    key = _list(table.snapshot)
    # few documents were landed before: only the rows of those are compared
    con.execute(
        f"""
        create or replace temp table known as
        select keys.landing_id, {columns}
        from raw."{table.name}" as stored
        inner join (select distinct landing_id, {key} from incoming) as keys using ({key})
        inner join landings on keys.landing_id = landings.landing_id
        where stored.knowledge_ts <= landings.known_at
        qualify rank() over (
            partition by keys.landing_id, {key} order by stored.knowledge_ts desc, stored.landing_id desc
        ) = 1
        """  # noqa: S608 - names from the registry
    )
    con.execute(
        f"""
        create or replace temp table changed as
        with compared as (
            select landing_id, {columns} from incoming semi join known using (landing_id, {key})
        )
        select landing_id, {key} from incoming anti join known using (landing_id, {key})
        union
        select landing_id, {key} from (from compared except from known)
        union
        select landing_id, {key} from (from known except from compared)
        """  # noqa: S608 - names from the registry
    )
    con.execute(
        f"""
        insert into raw."{table.name}" ({columns}, knowledge_ts, landing_id, payload_sha256)
        select {columns}, landings.known_at, landing_id, landings.sha256
        from incoming semi join changed using (landing_id, {key}) inner join landings using (landing_id)
        """  # noqa: S608 - names from the registry
    )
    return dict(
        con.execute(
            f"select landing_id, count(*) from incoming semi join changed using (landing_id, {key}) group by all"  # noqa: S608 - registry
        ).fetchall()
    )


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)
