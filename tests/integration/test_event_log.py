"""The event log with kept connections holds what Dagster's own holds, and Dagster's own reads it."""

import inspect
import time

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration.runtime.dagster_instance import prepare
from orchestration.runtime.event_log import KEPT, KeptConnectionsEventLog

CHECKS = ("never_empty", "in_range")


@dg.multi_asset(
    specs=[dg.AssetSpec(f"table_{n}", skippable=True) for n in range(3)],
    check_specs=[dg.AssetCheckSpec(name, asset="table_0") for name in CHECKS],
)
def tables():
    """Three tables and two checks."""
    for n in range(3):
        yield dg.MaterializeResult(asset_key=f"table_{n}", metadata={"rows": n})
    for name in CHECKS:
        yield dg.AssetCheckResult(asset_key="table_0", check_name=name, passed=name == "in_range")


DEFS = dg.Definitions(assets=[tables], jobs=[dg.define_asset_job("job")], executor=dg.in_process_executor)


def run(home, monkeypatch, *, ours, times=1):
    home.mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    if ours:
        prepare(home)
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, KeptConnectionsEventLog) == ours
        runs = [DEFS.resolve_job_def("job").execute_in_process(instance=instance).run_id for _ in range(times)]
        return runs, [seen(instance, run_id) for run_id in runs]


def seen(instance, run_id):
    """What a reader of the log sees of a run, without times."""
    events = [(e.dagster_event.event_type_value, e.dagster_event.asset_key) for e in instance.all_logs(run_id)]
    keys = sorted(key.to_user_string() for key in instance.all_asset_keys())
    rows = [instance.get_latest_materialization_event(dg.AssetKey(k)).asset_materialization.metadata for k in keys]
    key = dg.AssetKey("table_0")
    checks = [
        record.event.dagster_event.asset_check_evaluation_data.passed
        for name in CHECKS
        for record in instance.event_log_storage.get_asset_check_execution_history(dg.AssetCheckKey(key, name), 1)
    ]
    return events, keys, rows, checks


def test_the_same_run_leaves_the_same_log_in_either(tmp_path, monkeypatch):
    _, kept = run(tmp_path / "kept", monkeypatch, ours=True)
    _, stock = run(tmp_path / "stock", monkeypatch, ours=False)
    assert kept == stock
    assert stock[0][3] == [False, True]


def test_dagsters_own_storage_reads_it_while_it_is_open_and_after(tmp_path, monkeypatch):
    (run_id,), (before,) = run(tmp_path / "home", monkeypatch, ours=True)
    (tmp_path / "home" / "dagster.yaml").unlink()
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, SqliteEventLogStorage)
        assert not isinstance(instance.event_log_storage, KeptConnectionsEventLog)
        assert seen(instance, run_id) == before


def test_no_more_files_stay_open_than_it_keeps(tmp_path, monkeypatch):
    home = tmp_path / "home"
    runs, _ = run(home, monkeypatch, ours=True, times=KEPT + 2)
    with dg.DagsterInstance.get() as instance:
        for run_id in runs:
            assert instance.all_logs(run_id)
        assert len(instance.event_log_storage._engines) == KEPT


def test_a_page_that_follows_a_run_sees_its_events_as_they_come(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(prepare(home)))
    seen_so_far, at_the_table = [], []

    @dg.asset
    def slow(context: dg.AssetExecutionContext):
        page.watch_event_logs(context.run.run_id, None, lambda event, _: seen_so_far.append(event))
        for number in range(50):
            context.log.info(f"line {number}")
            if len(seen_so_far) > 10:
                break
            time.sleep(0.1)
        at_the_table.append(len(seen_so_far))

    with dg.DagsterInstance.get() as page, dg.DagsterInstance.get() as instance:
        assert dg.materialize([slow], instance=instance).success
    assert at_the_table[0] > 10


def test_what_it_uses_of_dagsters_internals_is_still_there():
    """A failure here after an upgrade of Dagster: adapt `event_log.py`, or delete it and its entry in dagster.yaml."""
    own = SqliteEventLogStorage
    assert list(inspect.signature(own.__init__).parameters) == ["self", "base_dir", "inst_data"]
    assert list(inspect.signature(own._connect).parameters) == ["self", "shard"]
    source = inspect.getsource(own)
    assert "self._db_lock" in source
    assert {"_initdb", "conn_string_for_shard", "path_for_shard", "store_event", "dispose"} <= set(dir(own))
    overridden = {name for name in vars(KeptConnectionsEventLog) if callable(getattr(own, name, None))}
    assert overridden == {"__init__", "from_config_value", "store_event", "dispose", "_connect"}
