"""The private DuckDB file: short connections, one writer, raw tables created from the registry.

A warehouse holds simulated or real observations, never both: a regression must not mix them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, timedelta

import duckdb

from ingest.errors import Misconfigured
from ingest.registry.raw_schema import PROVENANCE, RawTable
from ingest.registry.raw_tables import TABLES
from ingest.settings import Settings
from ingest.storage.sql import text_literal

# The table that says whether its observations are simulated or real.
KIND_TABLE = "raw.macrotape__warehouse"
# Clocks are corrected by seconds all the time.
CLOCK_SLACK = timedelta(minutes=10)


def connect(
    settings: Settings, *, read_only: bool = False, patience: float = 30, sleep: Callable[[float], None] = time.sleep
) -> duckdb.DuckDBPyConnection:
    """Open the warehouse of `settings`, created where it is missing; waits up to `patience` seconds for a lock.

    Close it soon: while it is open no other process can write.

    Raises:
        Misconfigured: it stays locked, cannot be opened, or holds observations of the other kind.
    """
    if not read_only:
        settings.folder.check_writable()
    con = _open(settings, read_only, patience, sleep)
    try:
        if not read_only:
            _prepare(con)
        _check_kind(con, settings, read_only)
    except BaseException:
        con.close()
        raise
    return con


def _open(
    settings: Settings, read_only: bool, patience: float, sleep: Callable[[float], None]
) -> duckdb.DuckDBPyConnection:
    path, waited = settings.folder.warehouse, 0.0
    while True:
        try:
            con = duckdb.connect(str(path), read_only=read_only)
        except duckdb.Error as error:
            text = str(error)
            if "could not set lock" not in text.lower():
                raise Misconfigured(f"the warehouse {path} cannot be opened: {text.splitlines()[0]}") from error
            if waited >= patience:
                holder = text.split("Conflicting lock is held in ")[-1].splitlines()[0][:120]
                raise Misconfigured(
                    f"the warehouse {path} is in use by another program ({holder}): close it and run again; "
                    "readers belong to the published release, not to the warehouse"
                ) from error
            sleep(0.25)
            waited += 0.25
            continue
        limit_memory(con, settings)
        return con


def limit_memory(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Limit the memory of a connection; what does not fit is written to the spill folder."""
    con.execute(f"set memory_limit = '{settings.memory_limit}'")
    wanted = str(settings.spill)
    # another connection to the same file may be spilling already, and DuckDB then refuses even the same folder
    if con.execute("select current_setting('temp_directory')").fetchall() != [(wanted,)]:
        con.execute(f"set temp_directory = {text_literal(wanted)}")


def _prepare(con: duckdb.DuckDBPyConnection) -> None:
    known = con.execute(
        "select count(*) from information_schema.tables where table_schema = 'raw' "
        "and table_catalog = current_database()"
    ).fetchall()[0][0]
    if known == len(TABLES) + 1:
        return
    con.execute("create schema if not exists raw")
    con.execute("create sequence if not exists raw.landing_ids")
    con.execute(f"create table if not exists {KIND_TABLE} (kind varchar not null)")
    for table in TABLES.values():
        columns = ", ".join(f'"{c.name}" {c.type}' for c in (*table.columns, *PROVENANCE))
        con.execute(f'create table if not exists raw."{table.name}" ({columns})')


def _check_kind(con: duckdb.DuckDBPyConnection, settings: Settings, read_only: bool) -> None:
    wanted = "simulated" if settings.is_simulated else "real"
    try:
        kinds = [row[0] for row in con.execute(f"select kind from {KIND_TABLE}").fetchall()]  # noqa: S608 - constant
    except duckdb.CatalogException:
        kinds = []
    if not kinds and not read_only:
        con.execute(f"insert into {KIND_TABLE} values (?)", [wanted])  # noqa: S608 - constant
    if kinds and kinds != [wanted]:
        raise Misconfigured(
            "simulated and real observations never share a warehouse: "
            f"{settings.folder.warehouse} holds {kinds[0]} ones and this run would land {wanted} ones. "
            "Set MACROTAPE_HOME to another folder, or change MACROTAPE_SOURCES"
        )


def settings_for_existing(settings: Settings) -> Settings:
    """Settings for reading what is stored: sources of the kind in the warehouse, whatever the next run would use.

    Nothing is fetched then, so that the sources need not be named again.
    """
    if not settings.folder.warehouse.exists():
        return settings
    con = _open(settings, read_only=True, patience=30, sleep=time.sleep)
    try:
        kinds = [row[0] for row in con.execute(f"select kind from {KIND_TABLE}").fetchall()]  # noqa: S608 - constant
    except duckdb.CatalogException:
        kinds = []
    finally:
        con.close()
    return settings.of_kind(is_simulated=kinds == ["simulated"]) if kinds else settings


def check_clock(settings: Settings) -> None:
    """Refuse a run before the last one: versions and releases are ordered by their moments.

    Raises:
        Misconfigured: the clock was set back, or MACROTAPE_NOW pretends a moment that is over.
    """
    if not settings.folder.warehouse.exists():
        return
    with connect(settings) as con:
        query = "select max(knowledge_ts) from raw.macrotape__releases"
        newest = con.execute(query).fetchall()[0][0]
    if newest and settings.now().astimezone(UTC).replace(tzinfo=None) < newest - CLOCK_SLACK:
        raise Misconfigured(
            f"the clock says {settings.now():%Y-%m-%d %H:%M} UTC, and the last run was at {newest:%Y-%m-%d %H:%M} UTC: "
            "set the clock (or MACROTAPE_NOW) right, or use another MACROTAPE_HOME; for what was known then, see "
            "`macrotape brief --as-known-at`"
        )


@dataclass(frozen=True)
class WarehouseDates:
    """Observation dates in the warehouse, opened for each call and closed again."""

    settings: Settings

    def dates(self, table: RawTable, **key: str) -> frozenset[date]:
        """Observation dates of a table, of one fund or series where `key` says so."""
        unknown = set(key) - set(table.grain)
        if unknown:
            raise ValueError(f"{sorted(unknown)} is not part of the grain of {table.name}")
        if not self.settings.folder.warehouse.exists():
            return frozenset()
        with connect(self.settings) as con:
            return frozenset(row[0] for row in _select_dates(con, table, key).fetchall())


def newest_date(con: duckdb.DuckDBPyConnection, table: RawTable, key: dict[str, str]) -> date | None:
    """The newest observation date in a table, of one fund or series where `key` says so."""
    return max((row[0] for row in _select_dates(con, table, key).fetchall()), default=None)


def _select_dates(con: duckdb.DuckDBPyConnection, table: RawTable, key: dict[str, str]) -> duckdb.DuckDBPyConnection:
    where = " and ".join(f'"{name}" = ?' for name in key) or "true"
    return con.execute(
        f'select distinct "{table.date_column}" from raw."{table.name}" where {where}',  # noqa: S608 - registry names
        list(key.values()),
    )
