"""The marts of Spark as a DuckDB file, with a function in place of Spark: its statements and the files it writes."""

import re
from contextlib import contextmanager
from datetime import date, datetime

import duckdb
import pytest

from ingest.settings import Settings
from ingest.storage.object_store import put
from ingest.storage_path import storage_path
from orchestration.publishing import spark_export as spark_marts
from orchestration.publishing.engine import export_marts
from orchestration.publishing.marts import mart_fingerprints
from orchestration.publishing.release import write_tables
from orchestration.publishing.spark_export import export_spark_marts, mart_columns

MANIFEST = {
    "nodes": {
        "model.fct": {
            "resource_type": "model", "schema": "marts", "name": "fct",
            "columns": {
                "fund": {"data_type": "varchar"}, "day": {"data_type": "date"}, "x": {"data_type": "double"},
                "learned_ts": {"data_type": "timestamp"}, "n": {"data_type": "integer"},
                "is_lead": {"data_type": "boolean"},
            },
        },
        "model.dim": {
            "resource_type": "model", "schema": "marts", "name": "dim", "columns": {"k": {"data_type": "bigint"}},
        },
        "model.int": {"resource_type": "model", "schema": "intermediate", "name": "int", "columns": {}},
        "test.t": {"resource_type": "test", "schema": "marts", "name": "t"},
    }
}  # fmt: skip
# the tables in Spark: wider types than the contract, one column that is not in it, and no file for an empty table
TABLES = {
    "fct": "select 'IWM' as fund, date '2026-06-30' as day, 1.5::float as x, 7::bigint as n, true as is_lead,"
    " timestamptz '2026-06-30 20:00:00+00' as learned_ts, 'unpromised' as more",
    "dim": None,
}


@pytest.fixture(params=["folder", "address"])
def on_spark(request, tmp_path, monkeypatch):
    """Settings of a run on Spark, and the folders Spark wrote to."""
    lake = tmp_path / "lake" if request.param == "folder" else storage_path(f"memory://{tmp_path.name}/lake")
    settings = Settings(home=tmp_path / "home", lake=lake, engine="spark")
    settings.home.mkdir()
    folders = []

    def run_query(query):
        statement = r"insert overwrite directory '(.+)' using parquet select \* from marts\.(\w+)"
        place, mart = re.fullmatch(statement, query).groups()
        folders.append(place)
        written = tmp_path / "written" / mart
        written.mkdir(parents=True)
        if TABLES[mart]:
            duckdb.connect().execute(f"copy ({TABLES[mart]}) to '{written}/part-0.parquet'")
        put(written, storage_path(place))
        return [], []

    @contextmanager
    def spark_queries(_):
        yield run_query

    monkeypatch.setattr(spark_marts, "spark_queries", spark_queries)
    return settings, folders


def test_mart_columns_are_those_of_the_manifest():
    assert {name: len(columns) for name, columns in mart_columns(MANIFEST).items()} == {"fct": 6, "dim": 1}


def test_collected_marts_have_the_columns_and_types_of_the_contract(on_spark):
    settings, _ = on_spark
    with export_spark_marts(settings, MANIFEST) as database, duckdb.connect(str(database), read_only=True) as con:
        types = dict(
            con.execute("select column_name, data_type from duckdb_columns() where table_name = 'fct'").fetchall()
        )
        row = con.execute("from marts.fct").fetchall()[0]
    assert list(types) == ["fund", "day", "x", "learned_ts", "n", "is_lead"]
    assert list(types.values()) == ["VARCHAR", "DATE", "DOUBLE", "TIMESTAMP", "INTEGER", "BOOLEAN"]
    assert row == ("IWM", date(2026, 6, 30), 1.5, datetime.fromisoformat("2026-06-30 20:00:00"), 7, True)


def test_a_mart_without_rows_is_an_empty_table(on_spark):
    with export_spark_marts(on_spark[0], MANIFEST) as database:
        assert mart_fingerprints(database)["dim"].rows == 0


def test_collected_marts_make_a_release_and_leave_nothing_behind(on_spark, tmp_path):
    settings, folders = on_spark
    folder = tmp_path / "release"
    folder.mkdir()
    with export_spark_marts(settings, MANIFEST) as database:
        assert {n: t.rows for n, t in write_tables(database, folder, settings).items()} == {"dim": 0, "fct": 1}
    assert sorted(p.name for p in (folder / "parquet").iterdir()) == ["dim.parquet", "fct.parquet"]
    assert folders == [f"{settings.lake}/_collecting/{mart}" for mart in ("fct", "dim")]
    assert list(settings.home.iterdir()) == []
    assert list(settings.lake.rglob("*")) == []


def test_a_value_that_violates_the_contract_stops_the_release(on_spark, monkeypatch):
    settings, _ = on_spark
    monkeypatch.setitem(TABLES, "dim", "select 'text' as k")
    with pytest.raises(duckdb.ConversionException), export_spark_marts(settings, MANIFEST):
        pass
    assert list(settings.home.iterdir()) == []


def test_on_duckdb_the_marts_are_those_of_the_warehouse(tmp_path):
    settings = Settings(home=tmp_path)
    with export_marts(settings) as database:
        assert database == settings.folder.warehouse
