"""The graph as Dagster sees it: complete, connected, described."""

import json

import dagster as dg
import pytest

from ingest.registry.raw_tables import TABLES
from orchestration.dbt.check_messages import check_name
from orchestration.dbt.project import ensure_manifest


@pytest.fixture(scope="module")
def defs():
    from orchestration.definitions import defs

    dg.Definitions.validate_loadable(defs)
    return defs


@pytest.fixture(scope="module")
def graph(defs):
    return defs.resolve_asset_graph()


@pytest.fixture(scope="module")
def manifest(defs):
    return json.loads(ensure_manifest().read_text())


def keys(graph, group):
    return {k for k in graph.get_all_asset_keys() if graph.get(k).group_name == group}


def test_raw_assets_raw_tables_and_dbt_sources_are_the_same(graph, manifest):
    sources = {dg.AssetKey([s["source_name"], s["name"]]) for s in manifest["sources"].values()}
    assert keys(graph, "raw") == sources == {dg.AssetKey(["raw", name]) for name in TABLES}


def test_every_raw_asset_leads_through_staging_to_a_mart(graph):
    for raw in keys(graph, "raw"):
        children = graph.get(raw).child_keys & keys(graph, "staging")
        assert children, f"nothing stages {raw.to_user_string()}"
        descendants = dg.AssetSelection.assets(*children).downstream().resolve(graph)
        assert descendants & keys(graph, "marts"), f"{raw.to_user_string()} reaches no mart"


def test_marts_read_no_raw_table_directly(graph):
    for mart in keys(graph, "marts") | keys(graph, "intermediate"):
        assert not graph.get(mart).parent_keys & keys(graph, "raw")


def test_the_release_waits_for_every_mart(graph):
    assert graph.get(dg.AssetKey("release")).parent_keys == keys(graph, "marts")


def test_everything_is_fetched_and_judged_before_dbt(graph):
    checks = graph.get(dg.AssetKey(["raw", "macrotape__source_checks"]))
    fetched = keys(graph, "raw") - {checks.key, dg.AssetKey(["raw", "macrotape__releases"])}
    assert checks.parent_keys == fetched
    assert all(dg.AssetKey(["raw", "macrotape__releases"]) in graph.get(k).parent_keys for k in fetched)


def test_dbt_is_one_step_of_the_daily_job(defs):
    steps = [node.name for node in defs.resolve_job_def("daily_attribution").nodes]
    assert [s for s in steps if s.startswith("dbt")] == ["dbt"]


def test_the_daily_job_is_everything(defs, graph):
    job = defs.resolve_job_def("daily_attribution")
    assert job.asset_layer.executable_asset_keys == graph.executable_asset_keys


def test_every_asset_has_a_description_and_an_owner(graph):
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert "has no description" not in node.description, key
        assert node.owners, key
        assert node.group_name != "default", key


def test_data_tests_are_checks_and_unit_tests_are_not(graph, manifest):
    keys = graph.asset_check_keys
    from orchestration.defs.checks import CHECKS

    names = {k.name for k in keys}
    tests = [n for n in manifest["nodes"].values() if n["resource_type"] == "test"]
    unseen = [t["name"] for t in tests if check_name(t) not in names]
    assert not unseen, "singular tests need config(meta={'dagster': {'ref': {'name': '<model>'}}}) to be seen"
    assert len([k for k in keys if k not in {c.key for checks in CHECKS for c in checks.check_specs}]) == len(tests)
    assert any(k.asset_key.path[0] == "raw" and k.name == "nav_usd_not_null" for k in keys)
    assert not names & {u["name"] for u in manifest["unit_tests"].values()}


def test_every_writer_of_the_warehouse_is_in_its_pool(defs):
    job = defs.resolve_job_def("daily_attribution")
    writers = {"dbt", "release", *(f"raw__{name}" for name in TABLES)}
    assert {n.name: n.definition.pool for n in job.nodes if n.name in writers} == dict.fromkeys(writers, "duckdb_write")


def test_holdings_are_partitioned_by_session_and_backfill_in_one_run(graph):
    holdings = graph.get(dg.AssetKey(["raw", "ishares__holdings"]))
    days = holdings.partitions_def.get_partition_keys()
    assert "2024-11-29" in days
    assert not {"2024-11-28", "2024-11-30"} & set(days), "Thanksgiving and a Saturday are no sessions"
    assert days[-1] == "2026-06-30", "the simulated market ends there"
    assert holdings.backfill_policy.max_partitions_per_run is None
    others = [k for k in graph.get_all_asset_keys() if graph.get(k).partitions_def and k != holdings.key]
    assert not others


def test_the_options_of_a_run_are_config_of_one_resource(defs):
    job = defs.resolve_job_def("daily_attribution")
    options = {"since": "2025-01-01", "until": "2025-06-30", "funds": ["IWM"]}
    dg.validate_run_config(job, {"resources": {"ingest": {"config": options}}})
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.validate_run_config(job, {"resources": {"ingest": {"config": {"sinse": "2025-01-01"}}}})


def test_every_asset_can_be_run_alone_with_its_checks(defs, graph):
    """As the button of its page does; the UI makes a job of the asset and of every check on it."""
    for key in sorted(graph.executable_asset_keys):
        alone = dg.AssetSelection.assets(key)
        job = dg.define_asset_job(f"only_{'__'.join(key.path)}", alone)
        resolved = job.resolve(asset_graph=graph, resource_defs={"ingest": defs.resources["ingest"]})
        assert resolved.asset_layer.executable_asset_keys == {key}


@pytest.mark.parametrize("old_name", ["delivered_what_it_owes", "close_in_range", "unique_grain"])
def test_history_of_a_renamed_check_stays_and_harms_no_run(old_name):
    """A data folder keeps the evaluations of version 0.1; Dagster shows them in their runs, not on the asset."""
    key, new_name = dg.AssetKey(["raw", "cboe__vix"]), "latest_observation_is_on_time"

    def job(check_name):
        @dg.asset(key=key)
        def table():
            pass

        @dg.asset_check(asset=key, name=check_name)
        def check():
            return dg.AssetCheckResult(passed=True)

        definitions = dg.Definitions(assets=[table], asset_checks=[check], jobs=[dg.define_asset_job("all")])
        return definitions.resolve_job_def("all")

    def history(instance, name):
        return instance.event_log_storage.get_asset_check_execution_history(dg.AssetCheckKey(key, name), limit=9)

    with dg.DagsterInstance.ephemeral() as instance:
        before = job(old_name).execute_in_process(instance=instance)
        after = job(new_name).execute_in_process(instance=instance)
        assert after.success
        assert [record.run_id for record in history(instance, old_name)] == [before.run_id]
        assert [record.run_id for record in history(instance, new_name)] == [after.run_id]
