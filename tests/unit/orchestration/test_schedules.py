"""Runs come after sessions of the exchange, and only then."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from orchestration.defs.automation import evening_provisional, is_session, morning_final

NEW_YORK = ZoneInfo("America/New_York")


def tick(schedule, day):
    moment = datetime.fromisoformat(f"{day}T18:45").replace(tzinfo=NEW_YORK)
    return schedule.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=moment))


@pytest.mark.parametrize("schedule", [evening_provisional, morning_final], ids=lambda s: s.name)
def test_a_session_asks_for_one_run(schedule):
    requests = tick(schedule, "2026-06-30").run_requests
    assert [r.run_key for r in requests] == [f"{schedule.name}-2026-06-30"]
    assert requests[0].partition_key is None


@pytest.mark.parametrize("schedule", [evening_provisional, morning_final], ids=lambda s: s.name)
@pytest.mark.parametrize("holiday", ["2025-11-27", "2026-04-03", "2025-01-09"])
def test_a_holiday_is_skipped_and_says_so(schedule, holiday):
    outcome = tick(schedule, holiday)
    assert not outcome.run_requests
    assert holiday in outcome.skip_message


CRONS = [(evening_provisional, "45 18 * * 1-5"), (morning_final, "45 9 * * 1-5")]


@pytest.mark.parametrize(("schedule", "cron"), CRONS, ids=["evening", "morning"])
def test_schedules_keep_new_york_time_on_weekdays(schedule, cron):
    assert schedule.cron_schedule == cron
    assert schedule.execution_timezone == "America/New_York"
    assert schedule.job_name == "daily_attribution"


def test_a_half_day_is_a_session():
    assert is_session(date(2025, 11, 28))
