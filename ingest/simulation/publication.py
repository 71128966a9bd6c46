"""When each simulated observation becomes public, so that nothing later than `now` is ever served.

New York times: NAV 07:30, holdings 07:45 and State Street 08:00 of the next session · Treasury 18:00 and Cboe 19:00 the
same day · Yahoo and Nasdaq a quarter of an hour after the close · FRED two bond-market days later · oil spot on
Wednesdays at 13:00 up to that Monday · the dollar index on Mondays at 16:15 for the week before.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ingest.simulation.parameters import PARAMETERS
from ingest.simulation.sessions import calendar

NEW_YORK = ZoneInfo("America/New_York")
_WEEKLY_OIL = frozenset({"DCOILWTICO", "DCOILBRENTEU"})
_WEEKLY_DOLLAR = "DTWEXBGS"


def published_at(source: str, item: str, day: date) -> datetime:
    """The moment (UTC) at which `source` publishes the observation of `day` for `item`.

    Args:
        source: nav, holdings, ssga, treasury, cboe, yahoo, nasdaq or fred.
        item: ticker, symbol or FRED id.
        day: date of the observation.

    Raises:
        KeyError: for an unknown source.
    """
    if (source, item, day) == ("nav", PARAMETERS.late_nav_fund, PARAMETERS.late_nav_session):
        return PARAMETERS.late_nav_published
    if source == "fred":
        return _fred_published_at(item, day)
    if source in ("yahoo", "nasdaq"):
        return calendar().closes[day] + timedelta(minutes=15)
    after, at = {
        "nav": (1, time(7, 30)),
        "ssga": (1, time(8, 0)),
        "holdings": (1, time(7, 45)),
        "treasury": (0, time(18, 0)),
        "cboe": (0, time(19, 0)),
    }[source]
    return _in_new_york(_later(calendar().nyse, day, after) if after else day, at)


def published(source: str, item: str, days: Sequence[date], now: datetime) -> int:
    """How many of the ascending `days` are out by `now`."""
    return bisect_right(days, now, key=lambda day: published_at(source, item, day))


def _fred_published_at(series_id: str, day: date) -> datetime:
    if series_id in _WEEKLY_OIL:
        earliest = day + timedelta(days=2)
        return _in_new_york(earliest + timedelta(days=(2 - earliest.weekday()) % 7), time(13, 0))
    if series_id == _WEEKLY_DOLLAR:
        return _in_new_york(day + timedelta(days=7 - day.weekday()), time(16, 15))
    regular = _in_new_york(_later(calendar().bond, day, 2), time(3, 0))
    if series_id == PARAMETERS.stuck_fred_id and day > PARAMETERS.stuck_last_date:
        return max(regular, PARAMETERS.stuck_until)
    return regular


def _later(days: Sequence[date], day: date, n: int) -> date:
    """The n-th of `days` after `day`."""
    return days[bisect_right(days, day) + n - 1]


def _in_new_york(day: date, at: time) -> datetime:
    return datetime.combine(day, at, NEW_YORK).astimezone(UTC)
