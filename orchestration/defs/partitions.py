"""The partitions of holdings: one per NYSE session."""

from datetime import date, datetime, timedelta

import dagster as dg

from ingest.registry.calendars import session_dates
from ingest.settings import DEFAULT_SINCE, NEW_YORK, SAMPLE_FIRST_SESSION, Settings

# Holidays to come are known this far ahead: the code location may stay loaded for months.
HORIZON = timedelta(days=400)


def as_of_dates(settings: Settings) -> dg.TimeWindowPartitionsDefinition:
    """One partition per session that is over, from the first of this market on.

    Weekdays on which the exchange stays closed are left out. A simulated or pretended clock stands still,
    so the partitions end the day before it; otherwise a new one appears with each day.
    """
    stands_still = settings.is_simulated or settings.pretend_now is not None
    first = SAMPLE_FIRST_SESSION if settings.is_simulated else DEFAULT_SINCE
    last = settings.today() - timedelta(days=1) if stands_still else settings.today() + HORIZON
    sessions = set(session_dates(first, last))
    weekdays = [d for d in (first + timedelta(days=i) for i in range((last - first).days + 1)) if d.weekday() < 5]
    return dg.TimeWindowPartitionsDefinition(
        start=_midnight(first),
        end=_midnight(last + timedelta(days=1)) if stands_still else None,
        cron_schedule="0 0 * * 1-5",
        timezone=str(NEW_YORK),
        fmt="%Y-%m-%d",
        exclusions=[_midnight(day) for day in weekdays if day not in sessions],
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=NEW_YORK)
