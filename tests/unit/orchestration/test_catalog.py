"""The catalog of a database: the same answers from DuckDB, and from Spark with a function in its place."""

from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingest.settings import Settings
from orchestration.dbt import catalog as module
from orchestration.dbt.catalog import CatalogError, open_catalog

SPARK = {
    "show databases": [("default",), ("marts",), ("raw",)],
    "show views in marts": [("marts", "v", False)],
    "show tables in marts": [("marts", "fct", False), ("marts", "v", False)],
    "show views in raw": [],
    "show tables in raw": [("raw", "cboe__vix", False)],
    "describe marts.fct": [("session_date", "date", None), ("x", "double", None), ("# Partition Information", "", "")],
    "describe marts.v": [("y", "int", None)],
    "describe raw.cboe__vix": [("close", "double", None)],
}


def spark(query):
    """What Spark answers; DuckDB answers what is not about its catalog."""
    if query in SPARK:
        return [], SPARK[query]
    if "union all" in query:
        assert "max(session_date) as last_date from marts.fct" in query
        return [], [("marts.fct", 3, date(2026, 6, 30)), ("raw.cboe__vix", 0, None)]
    try:
        result = duckdb.connect().execute(query)
        return [column[0] for column in result.description], result.fetchall()
    except duckdb.Error as error:
        raise CatalogError(str(error)) from error


@pytest.fixture(params=["duckdb", "spark"])
def catalog(request, tmp_path, monkeypatch):
    @contextmanager
    def spark_queries(_):
        yield spark

    monkeypatch.setattr(module, "spark_queries", spark_queries)
    settings = Settings(home=tmp_path, engine=request.param, lake=Path("nowhere"))
    with duckdb.connect(str(settings.folder.warehouse)) as con:
        con.execute("create schema raw; create schema marts; create schema other")
        con.execute("create table raw.cboe__vix (close double); create table other.t (a int)")
        con.execute(
            "create table marts.fct as select date '2026-06-30' - i::int as session_date, 1.5::double as x"
            " from range(3) as r(i)"
        )
        con.execute("create view marts.v as select 1 as y")
    with open_catalog(settings) as found:
        yield found


def test_relations_have_columns_rows_and_a_last_date(catalog):
    found = catalog.relations()
    assert set(found) == {"marts.fct", "marts.v", "raw.cboe__vix"}
    fct, view = found["marts.fct"], found["marts.v"]
    assert (fct.kind, fct.rows, fct.last_date) == ("table", 3, date(2026, 6, 30))
    assert {name: kind.lower() for name, kind in fct.columns.items()} == {"session_date": "date", "x": "double"}
    assert (view.kind, view.rows, list(view.columns)) == ("view", None, ["y"])
    assert (found["raw.cboe__vix"].rows, found["raw.cboe__vix"].last_date) == (0, None)


def test_a_sample_is_a_table_and_an_example_one_line(catalog):
    query = "select * from (values ('IWM', null), ('T|T', 2)) as v(fund, x);"
    assert catalog.sample(query).splitlines() == [
        "| fund | x |", "| --- | --- |", "| IWM | None |", "| T\\|T | 2 |",
    ]  # fmt: skip
    assert catalog.example(query) == "fund IWM, x NULL"
    assert catalog.example("select 1 as n where false") == ""


def test_a_query_that_cannot_be_run_is_one_kind_of_error(catalog):
    with pytest.raises(CatalogError):
        catalog.sample("select broken")
