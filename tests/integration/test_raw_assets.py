"""How a run handles the outcomes of its sources, with a fake in place of ingest."""

from datetime import UTC, date, datetime

import dagster as dg
import duckdb
import pandas as pd
import pytest

from ingest.errors import Misconfigured
from ingest.pipeline.bookkeeping import SourceCheck
from ingest.pipeline.load import land
from ingest.registry.raw_tables import ISHARES_HOLDINGS
from ingest.settings import Settings
from ingest.storage import warehouse
from orchestration.defs import raw_assets
from orchestration.defs.keys import DAILY_JOB, raw_key
from orchestration.defs.raw_assets import RAW_ASSETS
from orchestration.defs.resources import IngestResource

HOLDINGS = raw_key(ISHARES_HOLDINGS)
NOW = datetime(2026, 7, 1, 13, tzinfo=UTC)


def check(source, outcome="landed", latest=date(2026, 6, 30), detail="", **more):
    rows, is_stale = more.pop("rows", 1), more.pop("stale", False)
    return SourceCheck(source, NOW, outcome, latest, None, rows, is_stale, detail, **more)


class Ingest:
    """A fake of the sources: records the requests and returns the configured answers."""

    def __init__(self, home):
        self.settings = Settings(home=home)
        self.requests = []
        self.answers = {}
        self.dates = {}

    def collect(self, table, plan, **_):
        self.requests.append((table, plan.holdings_dates))
        if table == ISHARES_HOLDINGS.name:
            self.land(plan.holdings_dates or self.dates.get("trailing", []))
        answer = self.answers.get(table, [check(f"{table}:x")])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def land(self, days):
        empty = {c.name: None for c in ISHARES_HOLDINGS.columns}
        delivered = [d for d in days if d not in self.dates.get("never", [])]
        rows = [{**empty, "fund": "IWM", "as_of_date": d, "line_number": 1} for d in delivered]
        with warehouse.connect(self.settings) as con:
            land(con, ISHARES_HOLDINGS, pd.DataFrame(rows, columns=list(empty), dtype=object),
                 knowledge_ts=NOW, payload_sha256=None)  # fmt: skip


@pytest.fixture
def ingest(tmp_path, monkeypatch):
    monkeypatch.setenv("MACROTAPE_HOME", str(tmp_path))
    fake = Ingest(tmp_path)
    monkeypatch.setattr(raw_assets, "collect_table", fake.collect)
    return fake


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def run(instance, job=DAILY_JOB, **options):
    """Execute the raw assets as a job of that name."""
    definitions = dg.Definitions(
        assets=RAW_ASSETS,
        jobs=[dg.define_asset_job(job, executor_def=dg.in_process_executor)],
        resources={"ingest": IngestResource()},
    )
    tags = options.pop("tags", {})
    config = {
        "resources": {"ingest": {"config": options}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    return definitions.resolve_job_def(job).execute_in_process(
        instance=instance, run_config=config, raise_on_error=False, tags=tags
    )


def failure(result):
    data = [e.event_specific_data for e in result.all_events if e.event_type_value == "STEP_FAILURE"]
    return data[0].user_failure_data.description


def test_a_run_opens_its_release_first_and_tags_itself_with_it(ingest, instance):
    result = run(instance)
    assert result.success
    steps = [e.step_key for e in result.all_events if e.event_type_value == "STEP_START"]
    assert steps[0] == "raw__macrotape__releases"
    assert steps[-1] == "raw__macrotape__source_checks"
    assert instance.get_run_by_id(result.run_id).tags["macrotape/release"] == "20260701T130000Z-0001"


def test_a_changed_source_stops_nothing(ingest, instance):
    ingest.answers["cboe__vix"] = [check("cboe:VIX", "changed", detail="expected DATE, received 'Datum'", stale=True)]
    result = run(instance)
    assert result.success
    assert [t for t, _ in ingest.requests].count("cboe__vix") == 1


def test_a_refused_source_with_earlier_observations_is_reported_as_stale(ingest, instance):
    ingest.answers["yahoo__bars"] = [check("yahoo:USO", "refused", detail="429", stale=True)]
    result = run(instance)
    assert result.success
    metadata = instance.get_latest_materialization_event(
        dg.AssetKey(["raw", "macrotape__source_checks"])
    ).asset_materialization.metadata
    assert metadata["attention"].value == ["refused: yahoo:USO (latest 2026-06-30)"]
    assert "**refused**" in metadata["outcomes"].value


def test_a_run_in_which_every_source_refused_fails_with_one_line(ingest, instance):
    for table in raw_assets.SOURCES:
        ingest.answers[table] = [check(f"{table}:x", "refused", detail="no route")]
    ingest.answers["xnys__sessions"] = [check("xnys:sessions")]
    result = run(instance)
    assert not result.success
    assert failure(result).startswith("every source refused; the first:")


def test_an_invalid_request_is_not_retried(ingest, instance):
    ingest.answers["treasury__par_yields"] = Misconfigured("the warehouse is in use")
    result = run(instance)
    assert failure(result) == "the warehouse is in use"
    assert [t for t, _ in ingest.requests].count("treasury__par_yields") == 1


def test_a_disk_error_is_retried(ingest, instance, monkeypatch):
    attempts = []

    def collect(table, plan, **more):
        if table == "cboe__vix" and not attempts:
            attempts.append(1)
            raise duckdb.IOException("Could not read from file")
        return ingest.collect(table, plan, **more)

    monkeypatch.setattr(raw_assets, "collect_table", collect)
    monkeypatch.setattr(raw_assets, "RETRY_WAIT_S", 0)
    result = run(instance)
    assert result.success
    assert "STEP_UP_FOR_RETRY" in [e.event_type_value for e in result.all_events]


def test_a_run_without_partition_reports_each_date_it_landed(ingest, instance):
    ingest.dates["trailing"] = [date(2026, 6, 29), date(2026, 6, 30)]
    assert run(instance).success
    assert instance.get_materialized_partitions(HOLDINGS) == {"2026-06-29", "2026-06-30"}


def test_a_chosen_range_is_fetched_exactly_and_in_one_run(ingest, instance):
    tags = {"dagster/asset_partition_range_start": "2026-06-26", "dagster/asset_partition_range_end": "2026-06-30"}
    assert run(instance, job="holdings_backfill", tags=tags).success
    requested = [dates for table, dates in ingest.requests if table == ISHARES_HOLDINGS.name]
    assert requested == [(date(2026, 6, 26), date(2026, 6, 29), date(2026, 6, 30))]
    assert instance.get_materialized_partitions(HOLDINGS) == {"2026-06-26", "2026-06-29", "2026-06-30"}


def test_the_daily_job_keeps_its_trailing_window_beside_a_chosen_date(ingest, instance):
    assert run(instance, tags={"dagster/partition": "2026-06-26"}).success
    requested = [dates for table, dates in ingest.requests if table == ISHARES_HOLDINGS.name]
    assert requested == [None, (date(2026, 6, 26),)]


def test_a_chosen_date_that_is_not_delivered_fails_and_is_not_reported(ingest, instance):
    ingest.dates["never"] = [date(2026, 6, 29)]
    tags = {"dagster/asset_partition_range_start": "2026-06-26", "dagster/asset_partition_range_end": "2026-06-30"}
    result = run(instance, job="holdings_backfill", tags=tags)
    assert "no rows for 2026-06-29" in failure(result)
    assert instance.get_materialized_partitions(HOLDINGS) == {"2026-06-26", "2026-06-30"}


@pytest.mark.parametrize(
    ("options", "said"),
    [({"since": "soon"}, "expected a date"), ({"funds": ["XXX"]}, "is not known"),
     ({"since": "2026-02-01", "until": "2026-01-01"}, "nothing lies between")],
)  # fmt: skip
def test_invalid_options_stop_a_run_before_any_request(ingest, instance, options, said):
    result = run(instance, **options)
    assert not result.success
    assert ingest.requests == []
    errors = [e.event_specific_data.error for e in result.all_events if getattr(e.event_specific_data, "error", None)]
    assert any(said in e.to_string() for e in errors)


def test_the_next_run_marks_a_killed_one_as_failed(ingest, instance, tmp_path):
    killed = instance.create_run_for_job(dg.define_asset_job("x").resolve(
        asset_graph=dg.Definitions(assets=RAW_ASSETS, resources={"ingest": IngestResource()}).resolve_asset_graph()
    ), status=dg.DagsterRunStatus.STARTED)  # fmt: skip
    (tmp_path / ".run.lock").write_text(f'{{"pid": 1, "run_id": "{killed.run_id}", "since": "now"}}')
    assert run(instance).success
    assert instance.get_run_by_id(killed.run_id).status == dg.DagsterRunStatus.FAILURE
