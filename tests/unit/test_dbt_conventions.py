"""The rules that hold the dbt project together, read from its manifest."""

import json
import re

import duckdb
import pytest

from ingest.registry.raw_schema import PROVENANCE
from ingest.registry.raw_tables import TABLES
from orchestration.dbt.project import ensure_manifest
from tests.support.macro import DBT_PROJECT
from tests.support.raw_sources import source_files

ALLOWED_TYPES = {"boolean", "integer", "bigint", "double", "date", "timestamp", "varchar"}


@pytest.fixture(scope="module")
def manifest():
    return json.loads(ensure_manifest().read_text())


def nodes(manifest, resource, folder=None):
    return [
        n
        for n in manifest["nodes"].values()
        if n["resource_type"] == resource and (folder is None or n["fqn"][1] == folder)
    ]


def test_raw_registry_and_dbt_sources_are_the_same(manifest):
    declared = {
        s["name"]: {name: c["data_type"].upper() for name, c in s["columns"].items()}
        for s in manifest["sources"].values()
    }
    registered = {t.name: {c.name: c.type for c in t.columns + PROVENANCE} for t in TABLES.values()}
    assert declared == registered


@pytest.mark.parametrize("path", source_files(), ids=lambda path: path.parent.name)
def test_dbt_sources_are_what_make_raw_sources_writes(path):
    assert path.read_text(encoding="utf-8") == source_files()[path], "run `make raw-sources`"


def test_only_staging_reads_sources(manifest):
    for model in nodes(manifest, "model"):
        reads_source = any(d.startswith("source.") for d in model["depends_on"]["nodes"])
        assert reads_source == (model["fqn"][1] == "staging"), model["name"]


def test_no_model_reads_the_clock_so_that_unchanged_inputs_need_no_rebuild(manifest):
    clock = re.compile(
        r"\b(current_(date|timestamp|time)|now\(|today\(|localtimestamp|run_started_at|random\(|uuid\()", re.I
    )
    assert {n["name"] for n in manifest["nodes"].values() if clock.search(n.get("raw_code") or "")} == set()
    read = {path.name for path in (DBT_PROJECT / "macros").rglob("*.sql") if clock.search(path.read_text())}
    assert read == set()


def test_marts_never_read_staging_for_what_an_intermediate_model_knows(manifest):
    allowed = {"fct_source_health", "fct_brief_daily", "dim_release", "fct_attribution_revisions"}
    for model in nodes(manifest, "model", "marts"):
        if any(".stg_" in d for d in model["depends_on"]["nodes"]):
            assert model["name"] in allowed


@pytest.mark.parametrize("layer", ["staging", "intermediate", "marts"])
def test_every_model_starts_with_its_grain_and_tests_it(manifest, layer):
    grain_tested = {
        t["attached_node"]
        for t in nodes(manifest, "test")
        if t.get("test_metadata", {}).get("name") == "unique_combination_of_columns"
    }
    for model in nodes(manifest, "model", layer):
        assert re.match(r"One row per ", model["description"]), model["name"]
        assert model["unique_id"] in grain_tested, model["name"]


def test_every_mart_has_a_contract_with_described_columns_of_types_every_reader_knows(manifest):
    marts = nodes(manifest, "model", "marts")
    assert len(marts) == len(list(DBT_PROJECT.glob("models/marts/**/*.sql"))) > 15
    for model in marts:
        # its columns follow the drivers of the seed
        assert model["contract"]["enforced"] or model["name"] == "attribution", model["name"]
        assert model["columns"], model["name"]
        for column in model["columns"].values():
            assert column["data_type"] in ALLOWED_TYPES, (model["name"], column["name"])
            assert column["description"].endswith((".", "?")), (model["name"], column["name"])


@pytest.mark.parametrize("path", sorted(DBT_PROJECT.glob("models/**/*.sql")), ids=lambda p: p.stem)
def test_every_model_ends_by_selecting_what_it_named(path):
    last = path.read_text().strip().splitlines()[-1].strip()
    assert last == "select * from final"


def test_no_dbt_package_is_needed():
    assert not list(DBT_PROJECT.glob("packages.yml")) + list(DBT_PROJECT.glob("dependencies.yml"))


def test_every_measure_says_over_what_it_may_be_summed(manifest):
    """`sum_over` names columns of the same table; an empty list means never."""
    for model in nodes(manifest, "model", "marts"):
        for column in model["columns"].values():
            if column["data_type"] == "double":
                dimensions = column["config"]["meta"].get("sum_over")
                assert dimensions is not None, (model["name"], column["name"])
                assert set(dimensions) <= set(model["columns"]) - {column["name"]}, (model["name"], column["name"])


@pytest.mark.parametrize(
    ("seed", "row", "objects_to"),
    [
        (None, "", []),
        ("funds.csv", "IWB,A fund,1,2000-05-15,equity,IVV,true,false,nws,false,,0.15", ["nws"]),
        ("funds.csv", "IWB,A fund,1,2000-05-15,equity,IVV,true,false,,false,,0.15", ["IWB"]),
        ("funds.csv", "IEI,A driver's fund,1,2000-05-15,fixed_income,,false,false,,false,,0.15", []),
        ("driver_components.csv", "gold,gold,gold,1,fred:GOLD,1,return_pct,pct,,true", ["fred:GOLD"]),
        ("attribution_models.csv", "news,9,gold,gold,all,gold,sequential,false", ["gold"]),
    ],
)
def test_a_seed_row_that_names_what_is_not_there_is_refused(tmp_path, seed, row, objects_to):
    test = (DBT_PROJECT / "tests" / "singular" / "assert_registries_refer_to_each_other.sql").read_text()
    for name in ("funds", "series", "attribution_models", "driver_components"):
        text = (DBT_PROJECT / "seeds" / f"{name}.csv").read_text() + (row if seed == f"{name}.csv" else "")
        (tmp_path / f"{name}.csv").write_text(text)
    query = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", rf"read_csv('{tmp_path}/\1.csv')", test.split("\n", 1)[1])
    assert [name for name, _ in duckdb.sql(query).fetchall()] == objects_to
