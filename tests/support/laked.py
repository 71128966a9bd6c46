"""A few rows landed, and whether a lake holds what its warehouse holds."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import pandas as pd

from ingest.pipeline.load import land
from ingest.registry.raw_tables import FRED_OBSERVATIONS, TABLES
from ingest.storage import lake, warehouse
from ingest.storage.object_store import local_files
from ingest.storage_path import StoragePath

T0 = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)


def land_values(settings, *values, start=date(2025, 12, 31), at=T0):
    """Values of one series on consecutive days."""
    days = [start + timedelta(days=i) for i in range(len(values))]
    frame = pd.DataFrame({"fred_id": "DGS10", "observation_date": days, "value": list(values)})
    with warehouse.connect(settings) as con:
        land(con, FRED_OBSERVATIONS, frame, knowledge_ts=at, payload_sha256="hash")


def rows_copied_out(settings, folder):
    """How many rows all raw tables have: copied out of the lake file by file, each is that of the warehouse."""
    rows = 0
    for table in TABLES.values():
        folders: list[StoragePath] = list(lake.folder_of(settings.lake, table).glob("month=*"))
        months = sorted(folders, key=str)
        files = [str(f) for month in months for f in local_files(month, folder / table.name / month.name)]
        with warehouse.connect(settings) as con:
            held = con.execute(f'from raw."{table.name}" order by all').fetchall()
        with duckdb.connect() as con:
            read = "from read_parquet(?, hive_partitioning = false) order by all"
            assert (con.execute(read, [files]).fetchall() if files else []) == held, table.name
        rows += len(held)
    return rows
