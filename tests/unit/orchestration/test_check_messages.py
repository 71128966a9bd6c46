"""The texts of a check: its name, the rule, and what to do when it fails."""

import json

import pytest

from orchestration.dbt.check_messages import check_description, check_name, failure_message
from orchestration.dbt.project import ensure_manifest


@pytest.fixture(scope="module")
def tests():
    manifest = json.loads(ensure_manifest().read_text())
    return [n for n in manifest["nodes"].values() if n["resource_type"] == "test"]


def by_kind(tests, kind):
    return next(t for t in tests if (t.get("test_metadata") or {}).get("name") == kind)


def rule(text, **more):
    return {"config": {"meta": {"rule": text, **more}}}


def test_every_test_of_the_project_has_a_description(tests):
    assert len(tests) > 100
    assert [t["name"] for t in tests if not check_description(t)] == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("unique_combination_of_columns", "One row per "),
        ("not_null", " is never NULL."),
        ("unique", " is unique."),
        ("relationships", " is a "),
        ("accepted_values", " is one of "),
        ("accepted_range", " is between "),
        ("expression_is_true", "For every row: "),
        ("finite_numbers", "No number is infinite"),
        ("covers_sessions", "session_date has every session"),
    ],
)
def test_every_kind_of_test_has_its_rule(tests, kind, text):
    description = check_description(by_kind(tests, kind))
    assert text in description
    assert not set("{}") & set(description.removeprefix("For every row: "))


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ({"min_value": 0.5, "max_value": 5000}, "nav_usd is between 0.5 and 5000."),
        ({"min_value": 0}, "nav_usd is at least 0."),
        ({"max_value": 150}, "nav_usd is at most 150."),
    ],
)
def test_a_range_names_its_bounds(bounds, text):
    test = {"test_metadata": {"name": "accepted_range", "kwargs": bounds}, "column_name": "nav_usd"}
    assert check_description(test | rule("{column_name} is {range}.")) == text


def test_a_description_in_yaml_follows_the_rule():
    test = {"description": "Prices are positive.", "test_metadata": {"kwargs": {"combination_of_columns": ["a", "b"]}}}
    found = check_description(test | rule("One row per {combination_of_columns}."))
    assert found == "One row per a, b. Prices are positive."


def test_a_test_without_rule_and_description_has_none():
    assert check_description({"name": "other"}) is None


def test_a_failure_names_rule_rows_and_both_hints():
    test = rule("No number is infinite.", hint="Guard the expression.")
    tested = {"config": {"meta": {"hint": "Inspect the document."}}}
    assert failure_message(test, 2, tested, "fund IWM, n 1") == (
        "2 rows violate: No number is infinite. For example fund IWM, n 1. Guard the expression. Inspect the document."
    )
    assert failure_message(test, 1, None).startswith("1 row violates: ")


def test_raw_tables_and_seeds_have_a_hint(tests):
    manifest = json.loads(ensure_manifest().read_text())
    found = next(s for s in manifest["sources"].values() if s["name"] == "cboe__vix")
    assert "archive" in failure_message(by_kind(tests, "accepted_range"), 1, found)
    assert "seed" in failure_message({"name": "x"}, 1, manifest["nodes"]["seed.macrotape.funds"])


@pytest.mark.parametrize(
    ("test", "name"),
    [
        (
            {"name": "source_accepted_range_t_nav_usd__5000__0_5", "column_name": "nav_usd"},
            "nav_usd_accepted_range",
        ),
        ({"name": "accepted_range_t_fund__session_date", "column_name": None}, "accepted_range"),
        ({"name": "parts_add_up_to_return", "column_name": None}, "parts_add_up_to_return"),
    ],
)
def test_a_check_has_a_short_name(test, name):
    assert check_name({**test, "test_metadata": {"name": "accepted_range"}}) == name


def test_no_two_checks_of_an_asset_share_a_name(tests):
    named = [(t.get("attached_node") or t["name"], check_name(t)) for t in tests]
    assert len(set(named)) == len(named)
    assert max(len(name) for _, name in named) <= 60
