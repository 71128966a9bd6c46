"""When markets are open, and which observation is expected from each source by now.

NYSE sessions come from exchange_calendars. The bond market's own holidays are read from the published
curves; here, where the question is only what is *expected*, every date on which it may not have traded is left out,
so that a bond holiday never makes a source late.
"""

import warnings
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingest.errors import Misconfigured

if TYPE_CHECKING:
    import pandas as pd

CALENDARS = ("nyse", "bond", "spot_oil", "h10_weekly")
FIRST_YEAR = 1990
# Every source is given until the morning after (9:00 New York in summer): Cboe's file and Yahoo's bar may come
# late in the evening, net asset values in the night.
DUE_AT = time(13, 0, tzinfo=UTC)


@lru_cache(maxsize=4)
def _xnys(last_year: int) -> Any:
    # costs half a second, needed only where a date is judged
    import exchange_calendars

    with warnings.catch_warnings():
        # the library reads time stamps in a way pandas 4 will change; it is pinned to pandas 3 here
        warnings.simplefilter("ignore")
        return exchange_calendars.get_calendar("XNYS", start=f"{FIRST_YEAR}-01-01", end=f"{last_year}-12-31")


def _calendar(until: date) -> Any:
    # a few fixed end years rather than every requested date: one calendar serves a process
    return _xnys(max(2027, until.year + 1))


def session_dates(start: date, end: date) -> list[date]:
    """NYSE sessions from `start` to `end`, both included, ascending."""
    start = max(start, date(FIRST_YEAR, 1, 1))
    if end < start:
        return []
    calendar = _calendar(end)
    return [session.date() for session in calendar.sessions_in_range(start.isoformat(), end.isoformat())]


def sessions(start: date, end: date) -> "pd.DataFrame":
    """Rows for raw.xnys__sessions: date, scheduled close (UTC) and whether it is an early one."""
    import pandas as pd

    calendar = _calendar(end)
    days = session_dates(start, end)
    early = {day.date() for day in calendar.early_closes}
    return pd.DataFrame(
        {
            "session_date": pd.Series(days, dtype=object),
            "close_ts": pd.Series([_close(calendar, day).replace(tzinfo=None) for day in days], dtype="datetime64[us]"),
            "is_half_day": pd.Series([day in early for day in days], dtype=bool),
        }
    )


def last_session(now: datetime) -> date:
    """The newest NYSE session that has closed at `now`."""
    today = now.astimezone(UTC).date()
    calendar = _calendar(today)
    closed = [day for day in session_dates(today - timedelta(days=14), today) if _close(calendar, day) <= now]
    return closed[-1]


def expected_date(calendar: str, lag: int, now: datetime, until: date | None = None) -> date | None:
    """The newest observation date expected from a source at `now`, none later than `until`; None before the first.

    Args:
        calendar: nyse, bond, spot_oil or h10_weekly, as in series.csv.
        lag: publication lag in sessions; an observation is expected the morning after that many more sessions.
        now: the moment of judging, timezone-aware.
        until: the last date this run is about.
    """
    if calendar not in CALENDARS:
        raise Misconfigured(f"calendar {calendar!r} in series.csv is not known: expected one of {', '.join(CALENDARS)}")
    moment = now.astimezone(UTC)
    newest = moment.date() - timedelta(days=1 if moment.timetz() >= DUE_AT else 2)
    days = session_dates(newest - timedelta(days=30 + 2 * lag), newest)
    if calendar != "nyse":
        days = [day for day in days if not is_possible_bond_holiday(day)]
    due = days[: len(days) - lag]
    if calendar == "h10_weekly":
        # a release holds the week up to a Friday; the next one is a week away
        due = [day for day in due if day.weekday() == 4][-1:]
    if until is not None:
        due = [day for day in due if day <= until] or session_dates(until - timedelta(days=14), until)
        if calendar != "nyse":
            due = [day for day in due if not is_possible_bond_holiday(day)]
    return due[-1] if due else None


def is_possible_bond_holiday(day: date) -> bool:
    """Columbus Day and Veterans Day, on which NYSE trades and the bond market does not."""
    is_columbus = day.month == 10 and day.weekday() == 0 and 8 <= day.day <= 14
    is_veterans = day.month == 11 and (day.day == 11 or (day.day == 12 and day.weekday() == 0))
    return is_columbus or is_veterans


def _close(calendar: Any, day: date) -> datetime:
    close: datetime = calendar.session_close(day.isoformat()).to_pydatetime()
    return close.astimezone(UTC)
