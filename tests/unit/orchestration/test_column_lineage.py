"""Column origins from compiled SQL."""

import time

import pytest

from orchestration.dbt.column_lineage import LineageCache, column_origins

PARENTS = {"raw.nav": ["fund", "day", "nav_usd"], "seeds.funds": ["fund", "name"]}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select nav_usd * 2 as twice from raw.nav", {"twice": [("raw.nav", "nav_usd")]}),
        ('select n.fund from "wh"."raw"."nav" as n', {"fund": [("raw.nav", "fund")]}),
        ("with s as (select * from raw.nav) select day from s", {"day": [("raw.nav", "day")]}),
        (
            "select fund from raw.nav union all select fund from seeds.funds",
            {"fund": [("raw.nav", "fund"), ("seeds.funds", "fund")]},
        ),
        (
            "select lag(nav_usd) over (partition by fund order by day) as x from raw.nav",
            {"x": [("raw.nav", "day"), ("raw.nav", "fund"), ("raw.nav", "nav_usd")]},
        ),
        ("select (select max(name) from seeds.funds) as n, 1 as one from raw.nav",
         {"n": [("seeds.funds", "name")], "one": []}),
    ],
)  # fmt: skip
def test_origins_are_found_through_ctes_unions_windows_and_subqueries(sql, expected):
    assert column_origins(sql, PARENTS) == expected


def test_many_paths_to_one_origin_are_resolved_quickly():
    steps = ["s0 as (select nav_usd as a, nav_usd as b from raw.nav)"]
    steps += [f"s{i} as (select a + b as a, a - b as b from s{i - 1})" for i in range(1, 40)]
    started = time.monotonic()
    origins = column_origins(f"with {', '.join(steps)} select a from s39", PARENTS)
    assert origins == {"a": [("raw.nav", "nav_usd")]}
    assert time.monotonic() - started < 5


def test_the_cache_keeps_only_queries_in_use(tmp_path):
    path = tmp_path / "lineage.json"
    first = LineageCache(path)
    answer = first.origins("select day from raw.nav", PARENTS)
    first.save()
    second = LineageCache(path)
    assert second.origins("select day from raw.nav", PARENTS) == answer
    LineageCache(path).save()
    assert path.read_text() == "{}"


def test_a_query_that_cannot_be_parsed_has_no_lineage(tmp_path):
    assert LineageCache(tmp_path / "lineage.json").origins("select from where (", {}) == {}
