"""Holdings files of a range of dates: requested slowly, a budget at a time, continued where it stopped.

There is no separate list of dates: the warehouse has the dates that are landed, the archive's ledger those with an
empty response, and the rest is left to fetch. The same command therefore continues an interrupted backfill.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ingest.errors import Misconfigured, NothingYet, UnexpectedPayload
from ingest.http.client import Transport
from ingest.outcomes import CHANGED, LANDED, REFUSED
from ingest.pipeline.collect import FetchResult, collect
from ingest.registry.calendars import session_dates
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.sources import ishares_holdings
from ingest.sources.base import FetchTask, Plan
from ingest.sources.ishares_holdings_file import stated_date
from ingest.storage import lake
from ingest.storage.archive import Archive
from ingest.storage.warehouse import WarehouseDates

TABLE = ishares_holdings.TABLE
EMPTY, LEFT = "empty", "left"
# An empty response is final once its date was this far back: nothing is published later.
FINAL_AFTER = timedelta(days=10)
# For a missing date the issuer may send the file of a neighboring date; one further away means the date was ignored.
MAX_NEIGHBOR_DISTANCE = timedelta(days=7)
# Refusals in a row after which the backfill stops: more requests would get the address blocked.
MAX_REFUSALS = 3
BUDGET = 500


@dataclass
class Progress:
    """What is known of each session of the range: landed, empty, refused, changed or left."""

    outcomes: dict[date, str]
    details: dict[date, str] = field(default_factory=dict)
    requested: int = 0
    is_stopped: bool = False

    def dates(self, outcome: str) -> list[date]:
        """Sessions with that outcome, ascending."""
        return sorted(day for day, found in self.outcomes.items() if found == outcome)


def known(settings: Settings, archive: Archive, fund: str, first: date, last: date) -> Progress:
    """What warehouse and archive know of the sessions of a range, without a request.

    Raises:
        Misconfigured: the fund is unknown or has no holdings files, or the range holds no session.
    """
    listed = Catalog.load().fund(fund)
    if not listed.has_holdings:
        raise Misconfigured(f"{listed.fund} has no holdings files: has_holdings is false in funds.csv")
    sessions = session_dates(max(first, listed.inception_date), min(last, settings.today()))
    if not sessions:
        raise Misconfigured(f"no session of {listed.fund} lies between {first} and {last}")
    landed = WarehouseDates(settings).dates(TABLE, fund=listed.fund)
    empty = _empty_dates(archive, listed.fund) - landed
    return Progress({day: LANDED if day in landed else EMPTY if day in empty else LEFT for day in sessions})


def backfill(
    settings: Settings,
    archive: Archive,
    transport: Transport,
    fund: str,
    progress: Progress,
    *,
    budget: int = BUDGET,
    on_result: Callable[[Progress, date], None] | None = None,
) -> Progress:
    """Request what is left of a range, oldest first, at most `budget` documents; updates `progress`.

    Raises:
        Misconfigured: the warehouse cannot be used. A refusal is an outcome, not an exception.
    """
    catalog = Catalog.load()
    wanted = progress.dates(LEFT)[:budget]
    if not wanted:
        return progress
    # the file of a neighboring date may land: it may be just outside the range
    plan = Plan.of(settings, catalog, funds=[fund], since=min(wanted) - MAX_NEIGHBOR_DISTANCE, holdings_dates=wanted)

    def record(result: FetchResult) -> None:
        _record(progress, result)
        if on_result and result.requested_date:
            on_result(progress, result.requested_date)

    collect(
        TABLE,
        _until_refused(ishares_holdings.fetch_tasks(plan, catalog, WarehouseDates(settings)), transport, progress),
        settings=settings,
        transport=transport,
        archive=archive,
        on_result=record,
    )
    lake.append_new_landings(settings)
    return progress


def _record(progress: Progress, result: FetchResult) -> None:
    day = result.requested_date
    if day is None:
        return
    progress.requested += 1
    outcome = result.outcome if result.outcome in (LANDED, REFUSED, CHANGED) else EMPTY
    if outcome == LANDED and result.last_date != day:
        # the key is the date inside the file: that one is landed, the requested one has none
        other = result.last_date
        is_near = other is not None and abs(other - day) <= MAX_NEIGHBOR_DISTANCE
        outcome = EMPTY if is_near else CHANGED
        progress.details[day] = f"the response is the file of {other or 'a date outside the range'}"
        progress.is_stopped = progress.is_stopped or not is_near
        if other in progress.outcomes:
            progress.outcomes[other] = LANDED
    elif result.detail:
        progress.details[day] = result.detail
    progress.outcomes[day] = outcome


def _until_refused(tasks: Sequence[FetchTask], transport: Transport, progress: Progress) -> Iterator[FetchTask]:
    """The tasks, until the issuer has refused a few in a row or no longer respects the requested date."""
    for task in tasks:
        progress.is_stopped = progress.is_stopped or transport.refused_in_a_row(task.request) >= MAX_REFUSALS
        if progress.is_stopped:
            return
        yield task


def _empty_dates(archive: Archive, fund: str) -> frozenset[date]:
    """Dates of which the archive has a response without holdings of that date, received when it was far back."""
    source, found = f"holdings:{fund}", set()
    for entry in archive.entries():
        day = entry.requested_date
        if entry.source != source or day is None or entry.fetched_at.date() - day < FINAL_AFTER:
            continue
        try:
            stated = stated_date(archive.read(entry.sha256), f"holdings of {fund}")
        except NothingYet:
            found.add(day)
        except UnexpectedPayload:
            continue  # a disguised refusal, or a file that no parser reads yet: worth another request
        else:
            if stated != day and abs(stated - day) <= MAX_NEIGHBOR_DISTANCE:
                found.add(day)
    return frozenset(found)
