"""The partitions of holdings: one per NYSE session."""

from datetime import date, datetime, timedelta

import dagster as dg

from ingest.registry.calendars import session_dates
from ingest.settings import DEFAULT_SINCE, NEW_YORK, SAMPLE_FIRST_SESSION, Settings

# future holidays are excluded this far ahead, because a code location may stay loaded for months
HORIZON = timedelta(days=400)


def as_of_dates(settings: Settings) -> dg.TimeWindowPartitionsDefinition:
    """One partition per past session, from the first session of this market.

    Weekdays on which the exchange is closed are excluded. A simulated or pretended clock does not advance, so the
    partitions end the day before it; otherwise a partition is added each day.
    """
    is_fixed_clock = settings.is_simulated or settings.pretend_now is not None
    first = SAMPLE_FIRST_SESSION if settings.is_simulated else DEFAULT_SINCE
    last = settings.today() - timedelta(days=1) if is_fixed_clock else settings.today() + HORIZON
    sessions = set(session_dates(first, last))
    weekdays = [d for d in (first + timedelta(days=i) for i in range((last - first).days + 1)) if d.weekday() < 5]
    return dg.TimeWindowPartitionsDefinition(
        start=_midnight(first),
        end=_midnight(last + timedelta(days=1)) if is_fixed_clock else None,
        cron_schedule="0 0 * * 1-5",
        timezone=str(NEW_YORK),
        fmt="%Y-%m-%d",
        exclusions=[_midnight(day) for day in weekdays if day not in sessions],
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=NEW_YORK)
