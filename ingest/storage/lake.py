"""The lake: every raw table again, as Parquet files for engines that cannot read the warehouse.

`<lake>/<source>/<table>/month=YYYY-MM/<first>-<last>_0.parquet` holds rows of `raw.<source>__<table>` whose
`date_column` lies in that month and whose landing ids lie in that range: all columns with provenance, typed as
in the warehouse. A file is complete when it is visible, and never changes. The lake is a folder or on an object store.

The lake follows the warehouse. `_mark.json`, written last, says which landings it has; appending writes the
landings above it. Files above the mark are what a crash left of an earlier attempt: they are removed first, so
that nothing is doubled. Only the process that has the warehouse open writes here. A lake belongs to one warehouse.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

from ingest.errors import Misconfigured
from ingest.registry.raw_schema import RawTable
from ingest.registry.raw_tables import TABLES
from ingest.settings import Settings
from ingest.storage import warehouse
from ingest.storage.object_store import put, remove, storage_errors, write
from ingest.storage.sql import text_literal
from ingest.storage_path import StoragePath

MARK = "_mark.json"
STAGING = "_writing"  # a leading underscore hides it from Spark
NOTHING = -1  # below every landing id


@dataclass(frozen=True)
class HighWaterMark:
    """What is in the lake: rows per raw table up to and including a landing."""

    kind: str
    landing_id: int = NOTHING
    rows: dict[str, int] = field(default_factory=dict)


def check_belongs(settings: Settings) -> None:
    """Check that the lake, where one is set, belongs to this warehouse; writes nothing.

    Raises:
        Misconfigured: it holds observations of the other kind, or rows of another warehouse.
        OSError: it cannot be read.
    """
    if settings.lake is None:
        return
    with storage_errors(settings.lake):
        mark = _read_mark(settings, settings.lake)
        with warehouse.connect(settings) as con:
            _check_rows(con, settings, mark)


def append_new_landings(settings: Settings) -> int:
    """Write what was landed since the last time, one file a table and month; returns how many rows.

    Does nothing where no lake is set. The next call completes what an interrupted one left.

    Raises:
        Misconfigured: the warehouse cannot be used, or the lake is not its own.
        OSError: the lake cannot be written.
    """
    lake = settings.lake
    if lake is None:
        return 0
    with storage_errors(lake):
        mark = _read_mark(settings, lake)
        with warehouse.connect(settings) as con:
            return _append(con, settings, lake, mark)


def reset(settings: Settings) -> None:
    """Mark the lake as empty, because the warehouse is about to be replaced: the next append writes all rows.

    Raises:
        Misconfigured: it holds observations of the other kind.
        OSError: it cannot be written.
    """
    if settings.lake is None:
        return
    with storage_errors(settings.lake):
        _write_mark(settings.lake, HighWaterMark(_read_mark(settings, settings.lake).kind))


def folder_of(lake: StoragePath, table: RawTable) -> StoragePath:
    """Folder of a raw table: fred__observations in fred/observations."""
    return lake.joinpath(*table.name.split("__", 1))


def _append(con: duckdb.DuckDBPyConnection, settings: Settings, lake: StoragePath, mark: HighWaterMark) -> int:
    _check_rows(con, settings, mark)
    newest = max(_newest_landing(con, table) for table in TABLES.values())
    if newest == mark.landing_id:
        return 0
    # a rename is atomic on one disk alone
    staging = (lake if isinstance(lake, Path) else settings.home) / STAGING
    remove(staging)
    for table in TABLES.values():
        _stage(con, table, staging / table.name, mark.landing_id, newest)
    for table in TABLES.values():
        _remove_above(table, lake, mark.landing_id)
        put(staging / table.name, folder_of(lake, table))
    remove(staging)
    rows = _rows_until(con, newest)
    _write_mark(lake, HighWaterMark(mark.kind, newest, rows))
    return sum(rows.values()) - sum(mark.rows.values())


def _stage(con: duckdb.DuckDBPyConnection, table: RawTable, target: Path, after: int, until: int) -> None:
    """Write the landings of a range to a hidden folder, by month as in the lake."""
    target.mkdir(parents=True)
    rows = f'from raw."{table.name}" where landing_id > {after} and landing_id <= {until}'
    if not con.execute(f"select exists ({rows})").fetchall()[0][0]:
        return
    # ordered, or DuckDB would close and reopen a month and write it in pieces
    con.execute(
        f"copy (select *, strftime(\"{table.date_column}\", '%Y-%m') as month {rows} order by month, landing_id) "
        f"to {text_literal(target)} (format parquet, compression zstd, partition_by (month), "
        f"filename_pattern '{after + 1:012d}-{until:012d}_{{i}}')"
    )


def _remove_above(table: RawTable, lake: StoragePath, after: int) -> None:
    """Remove the files that an unfinished append left of a table."""
    for path in folder_of(lake, table).glob("month=*/*.parquet"):
        if int(path.name.split("-", 1)[0]) > after:
            path.unlink()


def _newest_landing(con: duckdb.DuckDBPyConnection, table: RawTable) -> int:
    return int(con.execute(f'select coalesce(max(landing_id), {NOTHING}) from raw."{table.name}"').fetchall()[0][0])  # noqa: S608 - registry


def _rows_until(con: duckdb.DuckDBPyConnection, landing_id: int) -> dict[str, int]:
    counted = {name: f'select count(*) from raw."{name}" where landing_id <= ?' for name in TABLES}  # noqa: S608 - registry
    rows = {name: int(con.execute(query, [landing_id]).fetchall()[0][0]) for name, query in counted.items()}
    return {name: count for name, count in rows.items() if count}


def _check_rows(con: duckdb.DuckDBPyConnection, settings: Settings, mark: HighWaterMark) -> None:
    if _rows_until(con, mark.landing_id) != mark.rows:
        raise Misconfigured(
            f"the lake {settings.lake} holds other rows than {settings.folder.warehouse} up to landing "
            f"{mark.landing_id}: it belongs to another warehouse. Set MACROTAPE_LAKE to another folder, or remove "
            "this one: the next run rebuilds it"
        )


def _read_mark(settings: Settings, lake: StoragePath) -> HighWaterMark:
    """The mark of a lake; that of an empty one where there is none yet."""
    kind = "simulated" if settings.is_simulated else "real"
    try:
        mark = HighWaterMark(**json.loads((lake / MARK).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return HighWaterMark(kind)
    except (ValueError, TypeError) as error:
        raise Misconfigured(
            f"{lake / MARK} is not the high-water mark of a lake: remove it, and the next run rebuilds the lake"
        ) from error
    if mark.kind != kind:
        raise Misconfigured(
            f"simulated and real observations never share a lake: {lake} holds {mark.kind} ones and this run would "
            f"write {kind} ones. Set MACROTAPE_LAKE to another folder"
        )
    return mark


def _write_mark(lake: StoragePath, mark: HighWaterMark) -> None:
    write(lake, MARK, json.dumps(asdict(mark), indent=2) + "\n")
