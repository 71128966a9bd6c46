"""What the outcomes of asking mean for an asset and for a run."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ingest.health.status import attention, failure_of_dates, failure_of_run, late_but_not_needed, unreadable_sources
from ingest.pipeline.bookkeeping import SourceCheck
from orchestration.publishing.release import Release
from orchestration.reporting.brief.read import Brief
from orchestration.reporting.metadata import landing_metadata, outcome_table
from orchestration.reporting.run_summary import format_run_summary

HELD = date(2026, 6, 30)


def check(source="fred:DGS10", outcome="landed", held=HELD, stale=False, detail="as it should be", rows=0):
    return SourceCheck(
        source=source, checked_at=datetime(2026, 7, 1, tzinfo=UTC), outcome=outcome, last_observation_date=held,
        expected_date=HELD, rows_landed=rows, is_stale=stale, detail=detail, url="https://example.org/x",
    )  # fmt: skip


@pytest.mark.parametrize("outcome", ["landed", "nothing_yet", "refused"])
def test_only_a_changed_source_is_unreadable(outcome):
    assert unreadable_sources([check(outcome=outcome)]) is None


def test_an_unreadable_source_is_named_with_what_came():
    checks = [check(), check("fred:DGS2", "changed", detail="header was 'date;x'")]
    assert unreadable_sources(checks) == "fred:DGS2 changed: header was 'date;x'"


@pytest.mark.parametrize("outcome", ["refused", "changed"])
def test_a_run_continues_while_one_source_of_fund_returns_has_observations(outcome):
    without = check("nav:IWM", outcome, held=None, detail="403")
    assert failure_of_run([without, check("yahoo:IWM"), check()]) is None
    assert "no source of fund returns" in failure_of_run([without, check("yahoo:IWM", held=None), check()])


def test_a_run_fails_when_every_source_refused_even_if_all_is_landed():
    assert "every source refused" in failure_of_run([check(outcome="refused"), check("b", "refused")])
    assert "every source refused or changed" in failure_of_run([check(outcome="refused"), check("b", "changed")])
    assert failure_of_run([check(outcome="refused"), check("b", "nothing_yet")]) is None


def test_a_run_fails_when_nothing_was_ever_landed():
    assert "nothing to build from" in failure_of_run([check(outcome="nothing_yet", held=None)])


def test_a_run_without_requests_does_not_fail():
    assert failure_of_run([]) is None


def test_a_chosen_date_without_a_document_fails():
    chosen = [date(2026, 6, 29), HELD]
    assert failure_of_dates(chosen, {*chosen}, []) is None
    assert "2026-06-29" in failure_of_dates(chosen, {HELD}, [check(detail="a stub")])
    assert "a stub" in failure_of_dates(chosen, {HELD}, [check(detail="a stub")])


@pytest.mark.parametrize(
    ("outcome", "phrase"),
    [("refused", "refused"), ("changed", "changed"), ("landed", "late and needed"), ("nothing_yet", "late and needed")],
)
def test_what_a_reader_must_know_is_one_phrase_a_source(outcome, phrase):
    checks = [check(), check("nav:HYG", outcome, held=date(2026, 6, 29), stale=True)]
    assert attention(checks) == [f"{phrase}: nav:HYG (latest 2026-06-29, expected 2026-06-30)"]


def test_a_late_source_that_nothing_depends_on_is_listed_apart():
    late = [check(), check("holdings:IWM", held=date(2026, 3, 31)), check("nasdaq:LQD", held=None)]
    assert attention(late) == []
    assert late_but_not_needed(late) == [
        "late: holdings:IWM (latest 2026-03-31, expected 2026-06-30)",
        "no observations yet: nasdaq:LQD",
    ]


def test_the_outcome_table_has_one_row_per_source_whatever_the_text():
    text = outcome_table([check(detail="a | b\nc"), check("b", stale=True)])
    lines = text.splitlines()
    assert len(lines) == 4
    assert "a \\| b c" in lines[2]
    assert "**landed, late and needed**" in lines[3]
    assert "[example.org](<https://example.org/x>)" in lines[2]


def test_landing_metadata_sums_rows_and_spans_dates():
    metadata = landing_metadata([check(rows=2), check("b", rows=3, held=date(2026, 6, 1))])
    assert metadata["rows_landed"].value == 5
    assert metadata["last_date"].value == "2026-06-30"
    assert "url" not in metadata
    assert landing_metadata([check()])["url"].value == "https://example.org/x"


@pytest.mark.parametrize(("stale", "says"), [(False, "all on time"), (True, "late and needed: fred:DGS10 (latest")])
def test_a_run_summary_names_release_rows_late_sources_and_headlines(stale, says):
    manifest = {"sources_mode": "live", "tables": {"a": {"rows": 1000}, "b": {"rows": 234}}}
    words = format_run_summary(
        Release(Path("releases/r-1"), manifest), [check(stale=stale, rows=5)], [Brief("IWM", HELD, "IWM fell.", "")]
    )
    assert words.startswith("Published r-1 (live): 2 tables, 1,234 rows")
    assert "Sources: 1, 5 new rows" in words
    assert says in words
    assert words.endswith("IWM 2026-06-30: IWM fell.")
