"""What is late by the calendar is said on its table, and a run follows when it has come."""

from dataclasses import replace
from datetime import UTC, date, datetime

import dagster as dg
import pytest

from ingest.health import late_arrivals
from ingest.health.status import late_sources
from ingest.pipeline.bookkeeping import SourceCheck
from ingest.settings import Settings
from ingest.sources.registry import SOURCES, table_of
from orchestration.defs import sensors
from orchestration.defs.checks import latest_observations_are_on_time, sources_are_readable
from orchestration.reporting.sparkline import spark

CHECK = SourceCheck(
    source="fred:DGS10",
    checked_at=datetime(2026, 7, 1, 13, tzinfo=UTC),
    outcome="nothing_yet",
    last_observation_date=date(2026, 6, 26),
    expected_date=date(2026, 6, 29),
    rows_landed=0,
    is_stale=False,
    detail="",
)
ON_TIME = replace(CHECK, source="cboe:VIX", last_observation_date=date(2026, 6, 30))
NEVER = replace(CHECK, source="nav:IWM", last_observation_date=None)
NOTHING_DUE = replace(CHECK, source="yahoo:SPY", expected_date=None)


def test_a_source_is_late_if_its_latest_observation_is_older_than_expected():
    assert late_sources([CHECK, ON_TIME, NEVER, NOTHING_DUE]) == [CHECK, NEVER]


def test_every_source_feeds_one_table_and_an_unknown_publisher_none():
    assert {table_of(f"{module.PUBLISHER}:x") for module in SOURCES.values()} == set(SOURCES)
    assert table_of("unknown:x") == ""


def results_of(asset_checks, source_checks):
    """The results of asset checks by raw table, for those checks of the sources."""

    class Ingest:
        def latest_checks(self):
            return source_checks

    class Context:
        selected_asset_check_keys = asset_checks.check_keys

    results = asset_checks.op.compute_fn.decorated_fn(Context, ingest=Ingest())  # type: ignore[attr-defined]
    return {result.asset_key.path[-1]: result for result in results}


def test_each_raw_table_names_its_unreadable_sources_in_an_error():
    changed = replace(ON_TIME, source="cboe:VIX", outcome="changed", detail="expected DATE, received 'Datum'.")
    results = results_of(sources_are_readable, (CHECK, ON_TIME, changed))
    assert {name for name, r in results.items() if not r.passed} == {"cboe__vix"}
    failed = results["cboe__vix"]
    assert failed.severity == dg.AssetCheckSeverity.ERROR
    assert failed.description.startswith("cboe:VIX changed: expected DATE, received 'Datum'. Repair the parser")


def test_each_raw_table_names_its_late_sources():
    results = results_of(latest_observations_are_on_time, (CHECK, ON_TIME, NEVER))
    assert {name for name, r in results.items() if not r.passed} == {"fred__observations", "ishares__nav"}
    said = results["fred__observations"].description
    assert "fred:DGS10: latest 2026-06-26, expected 2026-06-29" in said
    assert all(r.severity == dg.AssetCheckSeverity.WARN for r in results.values())


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MACROTAPE_HOME", str(tmp_path))
    (tmp_path / "warehouse.duckdb").touch()
    return tmp_path


def evaluated(monkeypatch, late, found):
    monkeypatch.setattr(sensors, "latest_source_status", lambda _: late)
    monkeypatch.setattr(sensors, "find_late_arrivals", lambda _, __: found)
    return sensors.late_source_arrived.evaluate_tick(dg.build_sensor_context())


def test_a_late_source_that_is_available_starts_a_run(home, monkeypatch):
    requests = evaluated(monkeypatch, [CHECK], {"fred:DGS10": date(2026, 6, 29)}).run_requests
    assert [r.run_key for r in requests] == ["late-fred:DGS10 2026-06-29"]


def test_a_skipped_tick_gives_its_reason(home, monkeypatch):
    assert "was on time" in evaluated(monkeypatch, [ON_TIME], {}).skip_message
    assert evaluated(monkeypatch, [CHECK], {}).skip_message == "Still late: fred:DGS10."


def test_before_the_first_run_nothing_is_probed(tmp_path, monkeypatch):
    monkeypatch.setenv("MACROTAPE_HOME", str(tmp_path))
    tick = sensors.late_source_arrived.evaluate_tick(dg.build_sensor_context())
    assert "no run yet" in tick.skip_message


def test_a_probe_requests_the_source_and_archives_nothing(tmp_path):
    settings = Settings(home=tmp_path)  # the simulated market
    older = replace(CHECK, source="cboe:VIX", last_observation_date=date(2026, 6, 26))
    newest = replace(CHECK, source="treasury:par_yields", last_observation_date=date(2026, 6, 30))
    assert late_arrivals.find_late_arrivals(settings, [older, newest]) == {"cboe:VIX": date(2026, 6, 30)}
    assert not (tmp_path / "archive").exists()


def test_a_plot_spans_the_lowest_and_the_highest_value():
    assert spark([1, 2, 3]) == "▁▅█"
    assert spark([4, 4]) == "▁▁"
