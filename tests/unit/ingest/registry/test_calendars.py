from datetime import UTC, date, datetime

import pytest

from ingest.errors import Misconfigured
from ingest.registry.calendars import expected_date, last_session, session_dates, sessions


def _at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_sessions_leave_out_weekends_holidays_and_unscheduled_closings():
    days = session_dates(date(2025, 1, 8), date(2025, 1, 13))
    assert days == [date(2025, 1, 8), date(2025, 1, 10), date(2025, 1, 13)]  # closed on the 9th for a funeral


def test_half_days_close_early_in_utc():
    frame = sessions(date(2025, 11, 26), date(2025, 11, 28))
    rows = [(r.session_date, r.close_ts.isoformat(), r.is_half_day) for r in frame.itertuples()]
    assert rows == [
        (date(2025, 11, 26), "2025-11-26T21:00:00", False),
        (date(2025, 11, 28), "2025-11-28T18:00:00", True),
    ]


def test_no_sessions_give_an_empty_frame_with_its_columns():
    frame = sessions(date(2025, 12, 25), date(2025, 12, 25))
    assert list(frame.columns) == ["session_date", "close_ts", "is_half_day"]
    assert frame.empty


@pytest.mark.parametrize(
    ("now", "last"),
    [
        ("2026-07-01T13:00", date(2026, 6, 30)),
        ("2026-07-01T20:00", date(2026, 7, 1)),
        ("2026-07-05T12:00", date(2026, 7, 2)),
    ],
)
def test_a_session_counts_once_it_has_closed(now, last):
    assert last_session(_at(now)) == last


@pytest.mark.parametrize(
    ("calendar", "lag", "now", "expected"),
    [
        ("nyse", 0, "2026-07-01T13:00", date(2026, 6, 30)),
        ("nyse", 0, "2026-07-01T12:59", date(2026, 6, 29)),  # the evening before is not late yet
        ("nyse", 1, "2026-07-01T13:00", date(2026, 6, 29)),
        ("bond", 0, "2025-10-14T14:00", date(2025, 10, 10)),  # Columbus Day is expected by nobody
        ("nyse", 0, "2025-10-14T14:00", date(2025, 10, 13)),
        ("bond", 0, "2025-11-12T14:00", date(2025, 11, 10)),  # Veterans Day
        ("bond", 2, "2026-07-01T13:00", date(2026, 6, 26)),
        ("h10_weekly", 8, "2026-07-01T13:00", date(2026, 6, 12)),
    ],
)
def test_the_date_expected_by_now(calendar, lag, now, expected):
    assert expected_date(calendar, lag, _at(now)) == expected


def test_nothing_later_than_the_end_of_the_run_is_expected():
    assert expected_date("nyse", 0, _at("2026-07-01T13:00"), date(2020, 3, 14)) == date(2020, 3, 13)


def test_an_unknown_calendar_is_a_clear_error():
    with pytest.raises(Misconfigured, match="lunar"):
        expected_date("lunar", 0, _at("2026-07-01T13:00"))
