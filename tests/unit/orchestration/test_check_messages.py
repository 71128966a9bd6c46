"""What a check says: the rule in words, and on an objection what to do."""

import json

import dagster as dg
import duckdb
import pytest

from orchestration.dbt.catalog import duckdb_catalog
from orchestration.dbt.check_messages import check_description, check_name, failure_message
from orchestration.dbt.project import ensure_manifest
from orchestration.dbt.results import check_result


@pytest.fixture(scope="module")
def tests():
    manifest = json.loads(ensure_manifest().read_text())
    return [n for n in manifest["nodes"].values() if n["resource_type"] == "test"]


def test_every_test_of_the_project_is_described(tests):
    assert len(tests) > 100
    assert [t["name"] for t in tests if not check_description(t)] == []


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("unique_grain", {"columns": ["fund", "session_date"]}, "One row per fund, session_date."),
        ("accepted_values", {"values": ["a", "b"]}, "kind is one of a, b."),
        ("in_range", {"min_value": 0, "max_value": 5}, "kind lies from 0 to 5."),
        ("unheard_of", {}, None),
    ],
)
def test_a_rule_is_said_in_words(name, arguments, says):
    assert check_description({"test_metadata": {"name": name, "kwargs": arguments}, "column_name": "kind"}) == says


def test_bounds_are_named_whatever_the_description_says():
    ranged = {"name": "in_range", "kwargs": {"min_value": 0.5, "max_value": 5000}}
    said = check_description({"description": "Mine.", "test_metadata": ranged, "column_name": "nav_usd"})
    assert said == "nav_usd lies from 0.5 to 5000. Mine."


def test_a_description_of_its_own_comes_first():
    assert check_description({"description": "Mine.", "test_metadata": {"name": "unique"}}) == "Mine."


def test_an_objection_names_the_rule_the_rows_and_what_to_do(tmp_path):
    class Result:
        status, failures, message, execution_time = "fail", 2, "Got 2 results, configured to fail if != 0", 0.1

        class node:  # noqa: N801
            compiled_code = "select * from (values ('IWM', 1), ('TLT', 2)) as v(fund, n)"

    test = {"test_metadata": {"name": "unique_grain", "kwargs": {"columns": ["fund"]}}}
    duckdb.connect(str(tmp_path / "w.duckdb")).close()
    with duckdb_catalog(tmp_path / "w.duckdb") as catalog:
        key = dg.AssetCheckKey(dg.AssetKey(["raw", "x"]), "unique_grain_x")
        made = check_result(Result, key, test, catalog)
    assert not made.passed
    assert made.description.startswith("2 rows against the rule: One row per fund. For instance fund IWM, n 1. A join")
    assert "archive" in made.description
    assert "| IWM | 1 |" in made.metadata["rows"].value
    assert failure_message(test, 1, "marts").startswith("1 row against")


@pytest.mark.parametrize(
    ("test", "called"),
    [
        ({"name": "source_in_range_t_nav_usd__5000__0_5", "column_name": "nav_usd"}, "nav_usd_in_range"),
        ({"name": "in_range_t_fund__session_date", "column_name": None}, "in_range"),
        ({"name": "parts_add_up_to_return", "column_name": None}, "parts_add_up_to_return"),
    ],
)
def test_a_check_is_called_by_what_a_list_has_room_for(test, called):
    assert check_name({**test, "test_metadata": {"name": "in_range"}}) == called


def test_no_two_checks_of_an_asset_share_a_name(tests):
    named = [(t.get("attached_node") or t["name"], check_name(t)) for t in tests]
    assert len(set(named)) == len(named)
    assert max(len(name) for _, name in named) <= 60
