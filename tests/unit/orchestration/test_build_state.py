"""Which nodes a build can reuse: decided from raw tables, code and existing relations."""

import duckdb
import pytest

from ingest.settings import Settings
from ingest.storage import warehouse
from orchestration.dbt import build_state

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
    """A graph of two raw tables; nothing downstream of `int_data_mode` is rebuilt while its one row stays equal."""
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
            "config": {"meta": {"skip_downstream_if_unchanged": name == "int_data_mode"}},
        }
    return nodes


@pytest.fixture
def home(tmp_path):
    """A warehouse in which everything has been built and recorded."""
    settings = Settings(home=tmp_path, sources="sample")
    warehouse.connect(settings).close()
    land(settings, "cboe__vix", "close", 15.0)
    land(settings, "macrotape__releases", "sources_mode", "SIMULATED")
    with duckdb.connect(str(settings.folder.warehouse)) as con:
        for name, sql in SQL.items():
            if layer := LAYERS.get(name.split("_")[0]):
                con.execute(f"create schema if not exists {layer}")
                con.execute(f"create {'view' if layer == 'staging' else 'table'} {layer}.{name} as {sql}")
    build(settings)
    return settings


def land(settings, table, column, value):
    with duckdb.connect(str(settings.folder.warehouse)) as con:
        con.execute(f"insert into raw.{table} ({column}, landing_id) values (?, nextval('raw.landing_ids'))", [value])


def build(settings, code="code"):
    plan = build_state.plan_build(settings.folder.warehouse, code, graph())
    build_state.record_build(settings.folder.warehouse, plan.input_fingerprint, SQL)
    return set(PARENTS) - set(plan.unchanged)


def test_nothing_is_rebuilt_without_new_rows(home):
    assert build(home) == set()


def test_everything_downstream_of_a_changed_raw_table_is_rebuilt(home):
    land(home, "cboe__vix", "close", 16.0)
    assert build(home) == {"stg_vix", "fct_levels", "fct_text", "test_text"}
    assert build(home) == set()


def test_nothing_downstream_of_a_compared_model_is_rebuilt_while_its_rows_are_equal(home):
    land(home, "macrotape__releases", "sources_mode", "SIMULATED")
    assert build(home) == {"stg_releases", "dim_release", "test_release"}
    land(home, "macrotape__releases", "sources_mode", "live")
    with_texts = {"int_data_mode", "fct_levels", "fct_text", "test_text"}
    assert build(home) == {"stg_releases", "dim_release", "test_release", *with_texts}


def test_a_dropped_relation_is_rebuilt(home):
    with duckdb.connect(str(home.folder.warehouse)) as con:
        con.execute("drop table marts.fct_levels")
    assert build(home) == {"fct_levels", "fct_text", "test_text"}


def test_other_code_rebuilds_everything(home):
    assert build(home, code="other") == set(PARENTS)


def test_a_failed_build_is_followed_by_a_complete_one(home):
    build_state.plan_build(home.folder.warehouse, "code", graph())
    assert build(home) == set(PARENTS)


def test_a_test_that_did_not_pass_runs_again(home):
    plan = build_state.plan_build(home.folder.warehouse, "code", graph())
    build_state.record_build(
        home.folder.warehouse, plan.input_fingerprint, {name: sql for name, sql in SQL.items() if name != "test_text"}
    )
    assert build(home) == {"test_text"}


def test_the_sql_of_the_last_build_can_be_read(home):
    assert build_state.last_compiled_sql(home.folder.warehouse) == SQL
    build_state.plan_build(home.folder.warehouse, "code", graph())
    assert build_state.last_compiled_sql(home.folder.warehouse) == {}


def test_the_record_of_an_older_version_is_ignored_and_removed(home):
    with duckdb.connect(str(home.folder.warehouse)) as con:
        con.execute("drop schema build_state cascade")
        con.execute("create schema built")
        con.execute("create table built.nodes as select 'fct_levels' as node, 'select 1' as compiled_code")
    assert build(home) == set(PARENTS)
    with duckdb.connect(str(home.folder.warehouse)) as con:
        assert con.execute("from duckdb_schemas() where schema_name = 'built'").fetchall() == []
