"""What a run covers, and the documents it fetches."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from ingest.errors import Misconfigured
from ingest.http.messages import Payload, Request
from ingest.registry import calendars
from ingest.registry.raw_schema import RawTable
from ingest.registry.seeds import Catalog
from ingest.settings import DEFAULT_SINCE, SAMPLE_FIRST_SESSION, Settings

if TYPE_CHECKING:
    import pandas as pd

# Late rows and revisions arrive within two weeks; the simulated market opens with a month of holdings.
TRAILING_SESSIONS, TRAILING_SESSIONS_SIMULATED = 10, 35


@dataclass(frozen=True)
class Plan:
    """What a run covers: dates (both included), funds, and the moment by which an observation is late.

    `api_keys` holds the keys of live sources by publisher; a mirror gets none.
    """

    since: date
    until: date
    funds: tuple[str, ...]
    now: datetime
    holdings_dates: tuple[date, ...] | None = None
    clock_is_known: bool = True
    trailing_sessions: int = TRAILING_SESSIONS
    api_keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        settings: Settings,
        catalog: Catalog,
        *,
        funds: Iterable[str] = (),
        since: date | None = None,
        until: date | None = None,
        holdings_dates: Iterable[date] | None = None,
    ) -> "Plan":
        """A plan with the defaults of `settings`: all funds of the catalog, everything up to today.

        Raises:
            Misconfigured: a fund is unknown, or no date is left to fetch.
        """
        requested = tuple(dict.fromkeys(catalog.fund(f).fund for f in funds)) or tuple(f.fund for f in catalog.funds)
        simulated = settings.is_simulated
        first = since or (SAMPLE_FIRST_SESSION if simulated else DEFAULT_SINCE)
        last = min(until or settings.today(), settings.today())
        if first > last:
            raise Misconfigured(f"nothing lies between {first} and {last}: the first date must not be after the last")
        return cls(
            since=first,
            until=last,
            funds=requested,
            now=settings.now(),
            holdings_dates=None if holdings_dates is None else tuple(holdings_dates),
            clock_is_known=settings.clock_is_known,
            trailing_sessions=TRAILING_SESSIONS_SIMULATED if simulated else TRAILING_SESSIONS,
            api_keys=settings.api_keys if settings.sources == "live" else {},
        )

    def expected_date(self, calendar: str, lag: int) -> date | None:
        """The newest observation expected from a source; None where its clock is unknown."""
        return calendars.expected_date(calendar, lag, self.now, self.until) if self.clock_is_known else None


@dataclass(frozen=True)
class FetchTask:
    """One document to fetch; `key` picks the source's rows out of its table."""

    source: str
    request: Request
    parse: "Callable[[Payload], pd.DataFrame]"
    since: date
    until: date
    expected_date: date | None = None
    alternatives: tuple["FetchTask", ...] = ()
    feeds_driver: bool = False
    key: Mapping[str, str] = field(default_factory=dict)


class LandedDates(Protocol):
    """The observation dates that are landed already, for sources that need not fetch everything again."""

    def dates(self, table: RawTable, **key: str) -> frozenset[date]:
        """Observation dates of a table, of one fund or series where `key` names it."""
        ...
