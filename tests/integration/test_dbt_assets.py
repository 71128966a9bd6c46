"""Which nodes the dbt asset builds: those chosen in the UI, those that changed, or all. dbt itself does not run."""

import dagster as dg
import pytest

from ingest.settings import Settings
from ingest.storage import warehouse
from orchestration.dbt.build_state import BuildPlan
from orchestration.dbt.runner import DbtError
from orchestration.defs import dbt_assets

MART = dg.AssetKey(["marts", "dim_fund"])
VIX = dg.AssetKey(["raw", "cboe__vix"])
WHOLE = dg.AssetSelection.assets(dbt_assets.dbt_models) | dg.AssetSelection.checks(*dbt_assets.dbt_models.check_keys)


@pytest.fixture
def command(tmp_path, monkeypatch):
    """A function that runs a selection of the job and returns the arguments dbt was called with."""
    from orchestration.definitions import defs

    monkeypatch.setenv("MACROTAPE_HOME", str(tmp_path))
    warehouse.connect(Settings(home=tmp_path)).close()
    commands = []

    def invoke(arguments, **_):
        commands.append(arguments)
        raise DbtError("not in this test")

    def run(selection, unchanged=()):
        plan = BuildPlan(frozenset(), dict.fromkeys(unchanged, "select 1"))
        monkeypatch.setattr(dbt_assets, "invoke", invoke)
        monkeypatch.setattr(dbt_assets.build_state, "plan_build", lambda *_: plan)
        job = dg.define_asset_job("selected", selection).resolve(
            asset_graph=defs.resolve_asset_graph(), resource_defs=defs.resources
        )
        with dg.DagsterInstance.ephemeral() as instance:
            result = job.execute_in_process(
                instance=instance,
                raise_on_error=False,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
        assert not result.success
        assert commands[0][:3] == ["build", "--exclude-resource-type", "unit_test"]
        return commands[0][3:]

    return run


def fqns(arguments, option="--select"):
    return {name.removeprefix("fqn:") for name in " ".join(arguments[arguments.index(option) + 1 :]).split()}


def test_a_chosen_mart_is_built_with_its_checks(command):
    assert command(dg.AssetSelection.assets(MART)) == ["--select", "macrotape.marts.dimensions.dim_fund"]


def test_a_mart_without_its_checks_is_built_without_tests(command):
    arguments = command(dg.AssetSelection.assets(MART).without_checks())
    assert arguments[:2] == ["--indirect-selection", "empty"]
    assert fqns(arguments) == {"macrotape.marts.dimensions.dim_fund"}


def test_one_chosen_check_runs_alone(command):
    (name,) = fqns(command(dg.AssetSelection.checks(dg.AssetCheckKey(VIX, "close_accepted_range"))))
    assert "accepted_range" in name
    assert "close" in name


def test_the_whole_project_needs_no_selection(command):
    assert command(WHOLE) == []


def test_a_few_unchanged_nodes_are_excluded_by_name(command):
    unchanged = [uid for uid in dbt_assets.MANIFEST["nodes"] if uid.endswith(".dim_fund")]
    arguments = command(WHOLE, unchanged)
    assert arguments[:2] == ["--indirect-selection", "empty"]
    assert fqns(arguments, "--exclude") == {"macrotape.marts.dimensions.dim_fund"}


def test_a_few_changed_nodes_are_selected_by_name(command):
    nodes = dbt_assets.MANIFEST["nodes"]
    unchanged = [uid for uid in nodes if not uid.endswith(".dim_fund")]
    arguments = command(WHOLE, unchanged)
    assert arguments[:2] == ["--indirect-selection", "empty"]
    assert fqns(arguments) == {"macrotape.marts.dimensions.dim_fund"}
