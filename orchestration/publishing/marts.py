"""The mart tables of a DuckDB file: copied, exported, counted and hashed.

The copy uses storage version v1.0.0 and a short list of column types, so that every DuckDB since 1.0
and the tools that embed one can read it.
"""

import hashlib
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ingest.settings import Settings
from ingest.storage import warehouse as private
from ingest.storage.sql import text_literal

SCHEMA = "marts"
STORAGE_VERSION = "v1.0.0"
PLAIN_TYPES = {
    "BOOLEAN",
    "INTEGER",
    "BIGINT",
    "DOUBLE",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE",
    "VARCHAR",
}
# one row means what it seems to mean: nothing is there once a model
FOR_QUERIES = ("attribution", "attribution_long")
DECIMAL = re.compile(r"DECIMAL\((\d+),\s*\d+\)")
WIDEST_DECIMAL = 18  # beyond it DuckDB stores 128 bits, which many drivers cannot fetch


@dataclass(frozen=True)
class MartTable:
    """Rows of a table and a hash of its content.

    Of names and types of the columns and of all values, whatever the order of the rows; comparable within one
    version of DuckDB.
    """

    rows: int
    content_sha256: str


def is_portable(data_type: str) -> bool:
    """True for a column type every reader of a release knows."""
    decimal = DECIMAL.fullmatch(data_type)
    return data_type in PLAIN_TYPES or (decimal is not None and int(decimal[1]) <= WIDEST_DECIMAL)


def copy_marts(warehouse: Path, target: Path, settings: Settings | None = None, kept: Collection[str] = ()) -> None:
    """Copy every table of schema marts to `target`, except those in `kept`, which it has already.

    Raises:
        ValueError: there is no table to copy, or a column has a type that is not portable.
    """
    with duckdb.connect() as con:
        if settings:
            private.limit_memory(con, settings)
        con.execute(f"attach {text_literal(warehouse)} as warehouse (read_only)")
        names = _tables(con, "warehouse")
        if not names:
            raise ValueError(f"{warehouse.name} has no table in schema {SCHEMA}: build the dbt project first")
        _refuse_types(con)
        con.execute(
            f"attach {text_literal(target)} as release" + ("" if kept else f" (storage_version '{STORAGE_VERSION}')")
        )
        con.execute(f"create schema if not exists release.{SCHEMA}")
        for name in {*_tables(con, "release")} - {*kept}:
            con.execute(f'drop table release.{SCHEMA}."{name}"')
        for name in (name for name in names if name not in kept):
            con.execute(f'create table release.{SCHEMA}."{name}" as from warehouse.{SCHEMA}."{name}"')
        _copy_comments(con)
        _write_views(con)
        # without the checkpoint the rows could still be in a .wal file beside the database
        con.execute("checkpoint release")
        con.execute("detach release")


def _copy_comments(con: duckdb.DuckDBPyConnection) -> None:
    """Give every table and column of the release the description it has in the warehouse."""
    tables = """
        select table_name, comment from duckdb_tables()
        where database_name = 'warehouse' and schema_name = ? and comment is not null
        union all
        select view_name, comment from duckdb_views()
        where database_name = 'warehouse' and schema_name = ? and comment is not null
    """
    for name, comment in con.execute(tables, [SCHEMA, SCHEMA]).fetchall():
        con.execute(f'comment on table release.{SCHEMA}."{name}" is {text_literal(comment)}')
    columns = """
        select table_name, column_name, comment from duckdb_columns()
        where database_name = 'warehouse' and schema_name = ? and comment is not null
    """
    for name, column, comment in con.execute(columns, [SCHEMA]).fetchall():
        con.execute(f'comment on column release.{SCHEMA}."{name}"."{column}" is {text_literal(comment)}')


def _write_views(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables in FOR_QUERIES readable without a schema before their name."""
    (catalog,) = con.execute("select current_database()").fetchall()[0]
    con.execute("use release")
    for name in sorted({*FOR_QUERIES} & {*_tables(con, "release")}):
        con.execute(f'create or replace view main."{name}" as select * from {SCHEMA}."{name}"')  # noqa: S608 - constants
    con.execute(f'use "{catalog}"')


def export_parquet(database: Path, folder: Path, settings: Settings | None = None) -> None:
    """Write every mart of a released database as one Parquet file, where there is none yet."""
    with open_read_only(database, settings) as con:
        for path, name in ((folder / f"{name}.parquet", name) for name in _tables(con, "release")):
            if path.exists():
                continue
            con.execute(f'copy release.{SCHEMA}."{name}" to {text_literal(path)} (format parquet, compression zstd)')


def mart_fingerprints(database: Path, settings: Settings | None = None) -> dict[str, MartTable]:
    """Rows and content hash of every mart of a released database."""
    with open_read_only(database, settings) as con:
        return {name: _facts(con, name) for name in _tables(con, "release")}


@contextmanager
def open_read_only(database: Path, settings: Settings | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads `database`, attached as `release`; never creates or locks it for writing."""
    with duckdb.connect() as con:
        if settings:
            private.limit_memory(con, settings)
        con.execute(f"attach {text_literal(database)} as release (read_only)")
        yield con


def fetch_dicts(
    con: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None
) -> list[dict[str, Any]]:
    """Rows of a query as dicts; a number that JSON cannot write becomes None."""
    result = con.execute(query, parameters)
    names = [str(column[0]) for column in result.description or []]
    return [dict(zip(names, map(_known, row), strict=True)) for row in result.fetchall()]


def to_json_value(value: object) -> str | float:
    """Dates, times and decimals in JSON, for `json.dumps(default=)`."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"no text for a {type(value).__name__}")


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _facts(con: duckdb.DuckDBPyConnection, name: str) -> MartTable:
    # sums, because rows have no order; two of them, because 64 bits are few
    query = f'select count(*), sum(hash(t)), sum(hash(t, 1)) from release.{SCHEMA}."{name}" as t'  # noqa: S608
    rows, *sums = con.execute(query).fetchall()[0]
    columns = con.execute(f'describe release.{SCHEMA}."{name}"').fetchall()
    schema = [(column, data_type) for column, data_type, *_ in columns]
    return MartTable(int(rows), hashlib.sha256(repr((schema, rows, *sums)).encode()).hexdigest())


def _tables(con: duckdb.DuckDBPyConnection, catalog: str) -> list[str]:
    # a mart built as a view is copied as a table too: a release depends on nothing outside it
    query = "select table_name from information_schema.tables where table_catalog = ? and table_schema = ? order by 1"
    return [str(name) for (name,) in con.execute(query, [catalog, SCHEMA]).fetchall()]


def _refuse_types(con: duckdb.DuckDBPyConnection) -> None:
    query = """
        select table_name, column_name, data_type from duckdb_columns()
        where database_name = 'warehouse' and schema_name = ? order by all
    """
    bad = [f"{t}.{c} {kind}" for t, c, kind in con.execute(query, [SCHEMA]).fetchall() if not is_portable(kind)]
    if bad:
        raise ValueError(f"column types that not every reader knows: {'; '.join(bad)}. Cast them in the mart")
