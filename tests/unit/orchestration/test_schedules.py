"""Schedules start a run after each session of the exchange, and only then."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from orchestration.defs.automation import evening_provisional, is_session, morning_final

NEW_YORK = ZoneInfo("America/New_York")


def tick(schedule, day):
    moment = datetime.fromisoformat(f"{day}T18:45").replace(tzinfo=NEW_YORK)
    return schedule.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=moment))


@pytest.mark.parametrize("schedule", [evening_provisional, morning_final], ids=lambda s: s.name)
def test_a_session_starts_one_run(schedule):
    requests = tick(schedule, "2026-06-30").run_requests
    assert [r.run_key for r in requests] == [f"{schedule.name}-2026-06-30"]
    assert requests[0].partition_key is None


@pytest.mark.parametrize("schedule", [evening_provisional, morning_final], ids=lambda s: s.name)
@pytest.mark.parametrize("holiday", ["2025-11-27", "2026-04-03", "2025-01-09"])
def test_a_holiday_is_skipped_with_a_reason(schedule, holiday):
    outcome = tick(schedule, holiday)
    assert not outcome.run_requests
    assert holiday in outcome.skip_message


@pytest.mark.parametrize(
    ("schedule", "earliest", "latest"),
    [(evening_provisional, time(16, 30), time(21)), (morning_final, time(9), time(12))],
    ids=["after the close", "the next morning"],
)
def test_schedules_follow_new_york_time_on_weekdays(schedule, earliest, latest):
    minute, hour, *_, weekdays = schedule.cron_schedule.split()
    assert earliest <= time(int(hour), int(minute)) <= latest
    assert (weekdays, schedule.execution_timezone) == ("1-5", "America/New_York")


def test_a_half_day_is_a_session():
    assert is_session(date(2025, 11, 28))
