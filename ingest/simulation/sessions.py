"""Sessions and bond-market days of the simulated market: the real NYSE calendar with the bond days of `parameters`."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from ingest.registry.calendars import sessions
from ingest.simulation.parameters import PARAMETERS

#: The calendar reaches further than the market, so that every observation has a publication time.
_AFTER = timedelta(days=31)


@dataclass(frozen=True)
class Calendar:
    """NYSE sessions with their closes, and bond-market days, up to a month past the last session."""

    nyse: tuple[date, ...]
    closes: dict[date, datetime]
    bond: tuple[date, ...]

    @property
    def sessions(self) -> tuple[date, ...]:
        """The simulated sessions."""
        return tuple(day for day in self.nyse if day <= PARAMETERS.last_session)


@cache
def calendar() -> Calendar:
    """The calendar, built once per process within fixed bounds: the wall clock plays no part."""
    frame = sessions(PARAMETERS.first_session, PARAMETERS.last_session + _AFTER)
    closes = {
        day: close.to_pydatetime().replace(tzinfo=UTC)
        for day, close in zip(frame["session_date"], frame["close_ts"], strict=True)
    }
    nyse = tuple(closes)
    bond = sorted((set(nyse) - set(PARAMETERS.bond_holidays)) | set(PARAMETERS.bond_only_days))
    return Calendar(nyse=nyse, closes=closes, bond=tuple(bond))
