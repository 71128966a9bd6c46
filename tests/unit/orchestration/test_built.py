"""What a build need not make again: decided from raw tables, code and relations, never from trust."""

import duckdb
import pytest

from ingest.settings import Settings
from ingest.storage import warehouse
from orchestration.dbt import build_state as built

PARENTS = {
    "stg_vix": ["source.vix"],
    "stg_releases": ["source.releases"],
    "int_data_mode": ["stg_releases"],
    "fct_levels": ["stg_vix", "int_data_mode"],
    "fct_text": ["fct_levels"],
    "dim_release": ["stg_releases"],
    "test_text": ["fct_text"],
    "test_release": ["dim_release"],
}
SQL = {
    "stg_vix": "select close from raw.cboe__vix",
    "stg_releases": "select release_id, sources_mode from raw.macrotape__releases",
    "int_data_mode": "select max(sources_mode) as sources_mode from staging.stg_releases",
    "fct_levels": "select * from staging.stg_vix cross join intermediate.int_data_mode",
    "fct_text": "select cast(close as varchar) as text from marts.fct_levels",
    "dim_release": "select release_id from staging.stg_releases",
    "test_text": "select * from marts.fct_text where text is null",
    "test_release": "select * from marts.dim_release where release_id is null",
}
LAYERS = {"stg": "staging", "int": "intermediate", "fct": "marts", "dim": "marts"}


def graph():
    """A graph of two raw tables; `int_data_mode` ends the chain where its one row stays the same."""
    nodes = {
        "source.vix": {"resource_type": "source", "name": "cboe__vix", "schema": "raw"},
        "source.releases": {"resource_type": "source", "name": "macrotape__releases", "schema": "raw"},
    }
    for name, parents in PARENTS.items():
        kind = "test" if name.startswith("test") else "model"
        nodes[name] = {
            "resource_type": kind,
            "unique_id": name,
            "name": name,
            "schema": LAYERS.get(name.split("_")[0], "tests"),
            "depends_on": {"nodes": parents},
            "config": {"meta": {"compared": name == "int_data_mode"}},
        }
    return nodes


@pytest.fixture
def home(tmp_path):
    """A warehouse in which everything has been built and recorded."""
    settings = Settings(home=tmp_path, sources="sample")
    warehouse.connect(settings).close()
    land(settings, "cboe__vix", "close", 15.0)
    land(settings, "macrotape__releases", "sources_mode", "SIMULATED")
    with duckdb.connect(str(settings.warehouse)) as con:
        for name, sql in SQL.items():
            if layer := LAYERS.get(name.split("_")[0]):
                con.execute(f"create schema if not exists {layer}")
                con.execute(f"create {'view' if layer == 'staging' else 'table'} {layer}.{name} as {sql}")
    build(settings)
    return settings


def land(settings, table, column, value):
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute(f"insert into raw.{table} ({column}, landing_id) values (?, nextval('raw.landing_ids'))", [value])


def build(settings, code="code"):
    plan = built.begin(settings.warehouse, code, graph())
    built.record(settings.warehouse, plan.basis, SQL)
    return set(PARENTS) - set(plan.unchanged)


def test_nothing_is_made_again_where_nothing_came(home):
    assert build(home) == set()


def test_a_raw_table_that_changed_takes_along_all_that_rests_on_it(home):
    land(home, "cboe__vix", "close", 16.0)
    assert build(home) == {"stg_vix", "fct_levels", "fct_text", "test_text"}
    assert build(home) == set()


def test_a_compared_model_ends_the_chain_where_its_rows_are_what_they_were(home):
    land(home, "macrotape__releases", "sources_mode", "SIMULATED")
    assert build(home) == {"stg_releases", "dim_release", "test_release"}
    land(home, "macrotape__releases", "sources_mode", "live")
    with_texts = {"int_data_mode", "fct_levels", "fct_text", "test_text"}
    assert build(home) == {"stg_releases", "dim_release", "test_release", *with_texts}


def test_a_relation_that_somebody_dropped_is_made_again(home):
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute("drop table marts.fct_levels")
    assert build(home) == {"fct_levels", "fct_text", "test_text"}


def test_other_code_makes_everything_again(home):
    assert build(home, code="other") == set(PARENTS)


def test_a_build_that_did_not_end_well_is_followed_by_a_whole_one(home):
    built.begin(home.warehouse, "code", graph())
    assert build(home) == set(PARENTS)


def test_what_did_not_pass_is_asked_again(home):
    plan = built.begin(home.warehouse, "code", graph())
    built.record(home.warehouse, plan.basis, {name: sql for name, sql in SQL.items() if name != "test_text"})
    assert build(home) == {"test_text"}


def test_the_sql_of_the_last_build_can_be_read(home):
    assert built.compiled(home.warehouse) == SQL
    built.begin(home.warehouse, "code", graph())
    assert built.compiled(home.warehouse) == {}
