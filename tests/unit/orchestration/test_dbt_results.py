"""The results of a build as Dagster events, and as the one line that says why it failed."""

from types import SimpleNamespace

import dagster as dg
import pytest

from orchestration.dbt.catalog import CatalogError, Relation
from orchestration.dbt.column_lineage import LineageCache
from orchestration.dbt.failure import build_failure_message
from orchestration.dbt.graph import DbtGraph
from orchestration.dbt.results import check_results, materializations
from orchestration.dbt.statuses import reusable_nodes

NODES = {
    "source.raw": {"resource_type": "source", "schema": "raw", "name": "vix", "source_name": "raw"},
    "model.mart": {
        "resource_type": "model", "schema": "marts", "name": "fct", "depends_on": {"nodes": ["model.stg"]},
        "columns": {"close": {"description": "Close."}},
    },
    "model.stg": {
        "resource_type": "model", "schema": "staging", "name": "stg", "depends_on": {"nodes": ["source.raw"]},
    },
    "test.stg": {"resource_type": "test", "name": "close_is_positive", "description": "Closes are positive."},
    "test.mart": {"resource_type": "test", "name": "one_row"},
}  # fmt: skip
KEYS = {"model.stg": dg.AssetKey(["staging", "stg"]), "model.mart": dg.AssetKey(["marts", "fct"])}
GRAPH = DbtGraph(
    nodes=NODES,
    assets=KEYS,
    assets_by_relation={"staging.stg": KEYS["model.stg"], "marts.fct": KEYS["model.mart"]},
    checks={
        "test.stg": dg.AssetCheckKey(KEYS["model.stg"], "close_is_positive"),
        "test.mart": dg.AssetCheckKey(KEYS["model.mart"], "one_row"),
    },
)
RELATIONS = {
    "staging.stg": Relation("staging.stg", "view", {"close": "DOUBLE"}),
    "marts.fct": Relation("marts.fct", "table", {"close": "DOUBLE"}, rows=3),
}


class Catalog:
    """Returns one row for a query it can run."""

    def sample(self, query):
        if query == "broken":
            raise CatalogError(query)
        return "| close |"

    def example(self, query):
        return "close -1"


def result(uid, status, sql="select close from staging.stg", failures=None, message=None):
    kind = SimpleNamespace(value=NODES[uid]["resource_type"])
    node = SimpleNamespace(unique_id=uid, name=NODES[uid]["name"], compiled_code=sql, resource_type=kind)
    return SimpleNamespace(node=node, status=status, execution_time=0.1, failures=failures, message=message)


def by_id(*results):
    return {r.node.unique_id: r for r in results}


def made(tmp_path, results, unchanged):
    lineage = LineageCache(tmp_path / "lineage.json")
    return {m.asset_key: m.metadata for m in materializations(results, unchanged, GRAPH, RELATIONS, lineage)}


def test_built_and_reused_tables_are_reported_parents_first(tmp_path):
    found = made(tmp_path, by_id(result("model.mart", "success")), {"model.stg": "select close from raw.vix"})
    assert list(found) == [KEYS["model.stg"], KEYS["model.mart"]]
    assert found[KEYS["model.stg"]]["unchanged"] is True
    mart = found[KEYS["model.mart"]]
    assert (mart["seconds"], mart["dagster/row_count"]) == (0.1, 3)
    assert mart["dagster/column_schema"].columns[0].description == "Close."
    deps = mart["dagster/column_lineage"].deps_by_column
    assert [(d.asset_key, d.column_name) for d in deps["close"]] == [(KEYS["model.stg"], "close")]


@pytest.mark.parametrize("status", ["error", "skipped"])
def test_a_table_that_was_not_built_is_not_reported(tmp_path, status):
    assert made(tmp_path, by_id(result("model.mart", status)), {}) == {}


def test_a_failed_check_has_rows_query_and_rule():
    failed = by_id(result("test.stg", "fail", sql="select -1 as close", failures=2))
    (check,) = check_results(failed, {}, GRAPH, Catalog())
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert "Closes are positive." in check.description
    assert "close -1" in check.description
    assert check.metadata["rows"].value == "| close |"


def test_a_test_that_only_warns_is_a_warning():
    (check,) = check_results(by_id(result("test.stg", "warn", failures=1)), {}, GRAPH, Catalog())
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)


def test_a_test_whose_query_cannot_be_run_says_so():
    broken = by_id(result("test.stg", "error", sql="broken", message="no such\n column"))
    (check,) = check_results(broken, {}, GRAPH, Catalog())
    assert check.description == "no such column"
    assert "cannot be run" in check.metadata["rows"].value


def test_a_reused_check_passed_and_a_skipped_one_is_not_reported():
    found = list(check_results(by_id(result("test.mart", "skipped")), {"test.stg": "select 1"}, GRAPH, Catalog()))
    assert [(c.check_name, c.passed) for c in found] == [("close_is_positive", True)]


def test_a_warning_is_not_reusable():
    results = [result("model.stg", "success"), result("test.stg", "warn"), result("test.mart", "pass")]
    assert set(reusable_nodes(results)) == {"model.stg", "test.mart"}


def test_a_failed_build_names_nodes_as_dagster_does():
    results = [result("model.stg", "error", message="Binder\n Error"), result("test.stg", "fail", failures=1)]
    text = build_failure_message([*results, result("model.mart", "skipped")], GRAPH)
    assert text.startswith(
        "2 of 3 dbt nodes failed, 1 were skipped: model stg: Binder Error; check close_is_positive of "
    )
    assert build_failure_message([result("model.stg", "success")], GRAPH) is None
