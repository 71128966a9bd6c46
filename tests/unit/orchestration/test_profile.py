"""The profile of a run: every stage once, parts that do not count twice, and a table that fits a terminal."""

import time

import dagster as dg
import pytest

from orchestration.runtime.profiling import Stage, as_table, stages


@dg.asset(key=["raw", "prices"])
def landing():
    """Lands 7 rows."""
    time.sleep(0.05)
    return dg.MaterializeResult(metadata={"rows_landed": 7, "bytes_received": 1234})


@dg.multi_asset(
    specs=[dg.AssetSpec("fast", deps=[["raw", "prices"]]), dg.AssetSpec("slow", deps=[["raw", "prices"]])],
    check_specs=[dg.AssetCheckSpec("is_right", asset="slow")],
    name="dbt",
)
def models():
    """Two models that say how long they took, and a test."""
    yield dg.MaterializeResult(asset_key="fast", metadata={"seconds": 0.25})
    yield dg.MaterializeResult(asset_key="slow", metadata={"seconds": 2.5})
    yield dg.AssetCheckResult(asset_key="slow", check_name="is_right", passed=True, metadata={"seconds": 0.5})


@pytest.fixture(scope="module")
def found():
    defs = dg.Definitions(assets=[landing, models], jobs=[dg.define_asset_job("job")], executor=dg.in_process_executor)
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def("job").execute_in_process(instance=instance)
    return stages(result.all_events, 1.5, 60)


def test_the_stages_and_what_lies_between_them_add_up_to_the_whole(found):
    *parts, total = found
    assert (total.name, total.seconds) == ("total", 60)
    assert sum(s.seconds for s in parts if not s.within) == pytest.approx(60)
    assert [s.name for s in parts if not s.within] == ["start-up", "raw/prices", "dbt", "between"]


def test_a_stage_has_the_rows_and_bytes_of_its_asset(found):
    stage = next(s for s in found if s.name == "raw/prices")
    assert (stage.rows, stage.bytes) == (7, 1234)
    assert stage.seconds >= 0.05


def test_dbt_is_split_into_models_and_tests_and_its_slowest_are_named(found):
    assert [(s.name, s.seconds) for s in found if s.within == "dbt"] == [
        ("2 models", 2.75), ("1 test", 0.5), ("slow", 2.5), ("is_right", 0.5), ("fast", 0.25),
    ]  # fmt: skip


def test_the_table_fits_a_terminal_and_ends_with_cpu_and_memory():
    text = as_table([Stage("raw/" + "x" * 60, 1234.5, 10**9, 10**11), Stage("total", 1)])
    assert max(map(len, text.splitlines())) <= 80
    assert text.splitlines()[1].endswith("100,000,000,000")
    assert "CPU" in text.splitlines()[-1]
