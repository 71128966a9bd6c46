"""Every asset that fails for a reason that was not foreseen says so in one sentence, in the terminal and in Dagster."""

import io
import re
from datetime import date

import dagster as dg
import duckdb
import pytest
from rich.console import Console

from ingest.errors import Misconfigured
from ingest.settings import Settings
from ingest.storage import warehouse
from orchestration.defs import bookkeeping, brief, dbt_assets, raw_assets, release
from orchestration.defs.errors import explained_errors
from orchestration.defs.keys import DAILY_JOB
from orchestration.runtime.run_job import JobOptions, run_job

# asset: what fails in it
INSIDE = {
    "raw/macrotape__releases": (bookkeeping, "write_release"),
    "raw/macrotape__attributions": (bookkeeping, "reconcile_unrecorded_release"),
    "raw/macrotape__source_checks": (bookkeeping, "attention"),
    "raw/cboe__vix": (raw_assets, "collect_table"),
    "raw/ishares__holdings": (raw_assets, "collect_table"),
    "dbt": (dbt_assets, "invoke"),
    "release": (release, "known_releases"),
    "brief": (brief, "read_release"),
}
ERRORS = {
    "a key": KeyError("oil"),
    "a date": ValueError(date(2026, 7, 29)),
    "no text": AssertionError(),
    "several lines": RuntimeError("first line\nsecond line"),
    "DuckDB": duckdb.InvalidInputException("Invalid Input Error: a value"),
    "a division": ZeroDivisionError("division by zero"),
    "the disk": OSError(28, "No space left on device"),
    "foreseen": Misconfigured("set MACROTAPE_HOME to another folder"),
}


@pytest.fixture
def failed(tmp_path, monkeypatch):
    """Runs one asset whose inside raises; gives what the terminal shows and what Dagster keeps."""

    def run(asset, error):
        from orchestration.definitions import defs

        home = tmp_path / "home"
        settings = Settings(home=home)
        monkeypatch.setenv("MACROTAPE_HOME", str(home))
        warehouse.connect(settings).close()
        module, name = INSIDE[asset]

        def fail(*_, **__):
            raise error

        monkeypatch.setattr(module, name, fail)
        chosen = dbt_assets.dbt_models.keys if asset == "dbt" else {dg.AssetKey(asset.split("/"))}
        job = defs.resolve_job_def(DAILY_JOB).get_subset(asset_selection=frozenset(chosen))
        outcome = run_job(settings, JobOptions((), None, None), Console(file=io.StringIO()), lambda: job)
        failures = [e for e in outcome.events if e.event_type_value == "STEP_FAILURE"]
        return outcome.failure, failures[0].event_specific_data.user_failure_data.description

    return run


@pytest.mark.parametrize("asset", INSIDE)
def test_an_unexpected_error_names_itself_its_place_and_what_to_do(failed, asset):
    terminal, page = failed(asset, ERRORS["a date"])
    assert terminal.endswith(page)
    assert "\n" not in page
    assert "unexpected ValueError in " in page
    assert "(2026-07-29)" in page
    assert "datetime.date" not in page
    assert re.search(r"(ingest|orchestration)/[\w/]+\.py line \d+", page)
    assert "nothing was published, the last release is still served" in page


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_of_any_kind_is_one_sentence(kind, tmp_path):
    with pytest.raises(dg.Failure) as failure, explained_errors(tmp_path):
        raise ERRORS[kind]
    page = failure.value.description
    assert "\n" not in page
    assert page[0].islower()
    if kind == "foreseen":
        assert page == "set MACROTAPE_HOME to another folder"
    elif kind == "the disk":
        assert "is full" in page
    else:
        assert f"unexpected {type(ERRORS[kind]).__name__}" in page


@pytest.mark.parametrize("passing", [dg.Failure("a text of its own"), dg.RetryRequested(max_retries=1)])
def test_failures_and_retries_of_an_asset_pass_unchanged(passing, tmp_path):
    with pytest.raises(type(passing)) as raised, explained_errors(tmp_path):
        raise passing
    assert raised.value is passing
