"""Ask, keep, parse, land and write down what it came to: the same way for every source.

The four outcomes of asking stay four: landed, nothing_yet, refused, changed. No failure of a source is
raised from here, none removes a row, and none becomes an empty success.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING

import duckdb

from ingest.errors import MacrotapeError, NothingYet, SourceRefused, SourceRejected, UnexpectedPayload
from ingest.http.client import RefusedAnswer, Transport
from ingest.http.messages import Payload, preview
from ingest.parsing.text import MISSING_COLUMNS
from ingest.pipeline.bookkeeping import SourceCheck, write_checks
from ingest.pipeline.load import Document, LandingResult, land_documents, next_landing_ids
from ingest.pipeline.plan import FetchTask, Plan
from ingest.registry.raw_tables import RawTable
from ingest.settings import Settings
from ingest.storage import warehouse
from ingest.storage.archive import Archive, LandingEntry

if TYPE_CHECKING:
    import pandas as pd

LANDED, NOTHING_YET, REFUSED, CHANGED = "landed", "nothing_yet", "refused", "changed"
# Documents landed together, over one connection and in one transaction where their table allows it. Opening the
# warehouse costs as much as landing one; a crash costs at most these, whose documents the archive has kept.
BATCH = 24


@dataclass(frozen=True)
class FetchResult:
    """What one question came to, for whoever follows them one by one; `last_date` is stated in the document."""

    requested_date: date | None
    outcome: str
    last_date: date | None
    rows_landed: int
    detail: str


@dataclass(frozen=True)
class _Fetched:
    """What one question came to; `frame` holds rows that wait to be landed, or that the table refused."""

    task: FetchTask
    outcome: str
    detail: str = ""
    payload: Payload | None = None
    frame: "pd.DataFrame | None" = None
    result: LandingResult | None = None


def collect(
    table: RawTable,
    tasks: Iterable[FetchTask],
    *,
    settings: Settings,
    transport: Transport,
    archive: Archive,
    on_result: Callable[[FetchResult], None] | None = None,
) -> list[SourceCheck]:
    """Ask every question and land the answers; one check per source, written down as well.

    `on_result` hears of each answer when its rows are in the warehouse.

    Raises:
        Misconfigured: the warehouse cannot be used. A source's failure is a check, not an exception.
    """
    warehouse.connect(settings).close()  # an unusable warehouse is found out before anybody is asked
    answers: dict[str, list[_Fetched]] = {}
    asked = (_ask(task, transport, archive) for task in tasks)
    while batch := list(islice(asked, BATCH)):
        for answer in _land_all(table, batch, settings, archive):
            final = _land_another(table, answer, settings, transport, archive)
            answers.setdefault(final.task.source, []).append(final)
            if on_result:
                on_result(_answered(final))
    with warehouse.connect(settings) as con:
        checks = [_check(con, table, source, found, settings.now()) for source, found in answers.items()]
    write_checks(settings, archive, checks)
    return checks


def _answered(answer: _Fetched) -> FetchResult:
    landed = answer.result
    return FetchResult(
        requested_date=answer.task.request.requested_date,
        outcome=answer.outcome,
        last_date=landed.last_date if landed else None,
        rows_landed=landed.rows_landed if landed else 0,
        detail=answer.detail,
    )


def _ask(task: FetchTask, transport: Transport, archive: Archive) -> _Fetched:
    first = _fetch(task, transport, archive)
    if first.outcome not in (REFUSED, CHANGED):
        return first
    return next(_alternatives(first, transport, archive), first)


def _alternatives(first: _Fetched, transport: Transport, archive: Archive) -> Iterator[_Fetched]:
    """What the other doors of a source answered that can be read, asked one by one."""
    for alternative in first.task.alternatives:
        other = _fetch(alternative, transport, archive)
        if other.outcome == LANDED:
            lacks = f"{other.detail}, " if other.detail else ""
            detail = f"{lacks}from the alternative {alternative.request.public_url}, because {first.detail}"
            task = replace(first.task, request=alternative.request, parse=alternative.parse, alternatives=())
            yield replace(other, task=task, detail=detail)


def _land_another(
    table: RawTable, answer: _Fetched, settings: Settings, transport: Transport, archive: Archive
) -> _Fetched:
    """Where a document parsed and its rows were refused, land what another door of the source has."""
    if answer.outcome != CHANGED or answer.frame is None:
        return answer
    for other in _alternatives(answer, transport, archive):
        (landed,) = _land_all(table, [other], settings, archive)
        if landed.outcome == LANDED:
            return landed
    return answer


def _fetch(task: FetchTask, transport: Transport, archive: Archive) -> _Fetched:
    """Fetch, keep and parse; nothing is landed yet."""
    payload: Payload | None = None
    try:
        payload = transport.get(task.request)
        archive.keep(payload)
        frame = _parsed(task, payload)
        lacks = frame.attrs.get(MISSING_COLUMNS)
        said = f"The document lacks {', '.join(lacks)}" if lacks else ""
        return _Fetched(task, LANDED, said, payload, frame)
    except NothingYet as empty:
        return _Fetched(task, NOTHING_YET, str(empty), payload)
    except SourceRefused as refusal:
        if isinstance(refusal, RefusedAnswer):
            archive.keep(refusal.payload)
        return _Fetched(task, REFUSED, str(refusal))
    except SourceRejected as rejection:
        return _Fetched(task, REFUSED, str(rejection))
    except UnexpectedPayload as change:
        return _Fetched(task, CHANGED, f"{change} ({task.request.public_url})", payload)


def _parsed(task: FetchTask, payload: Payload) -> "pd.DataFrame":
    try:
        return task.parse(payload)
    except MacrotapeError:
        raise
    except Exception as error:
        # a document nobody foresaw must not take the other sources down with it
        reason = f"{type(error).__name__}: {error}"
        raise UnexpectedPayload(f"{task.source}: the document is not understood ({preview(reason)})") from error


def _land_all(table: RawTable, batch: list[_Fetched], settings: Settings, archive: Archive) -> list[_Fetched]:
    """Land what a few questions brought, over one short connection."""
    with warehouse.connect(settings) as con:
        numbers = iter(next_landing_ids(con, sum(answer.payload is not None for answer in batch)))
        noted = [(answer, next(numbers) if answer.payload else 0) for answer in batch]
        # noted even when it did not parse: a replay with a better parser tries this document again
        archive.record_landings([_entry(table, answer, number) for answer, number in noted if answer.payload])
        landable = [(a, number) for a, number in noted if a.payload and a.frame is not None]
        results = land_documents(con, table, [_document(table, a, number) for a, number in landable])
    by_number = {number: result for (_, number), result in zip(landable, results, strict=True)}
    return [_landed(answer, by_number.get(number)) for answer, number in noted]


def _entry(table: RawTable, answer: _Fetched, number: int) -> LandingEntry:
    task, payload = answer.task, answer.payload
    assert payload is not None  # noqa: S101 - for the type checker
    return LandingEntry(
        table=table.name,
        source=payload.source,
        knowledge_ts=payload.fetched_at,
        landing_id=number,
        sha256=payload.sha256,
        url=payload.url,
        since=task.since,
        until=task.until,
    )


def _document(table: RawTable, answer: _Fetched, number: int) -> Document:
    task, payload = answer.task, answer.payload
    assert payload is not None  # noqa: S101 - for the type checker
    assert answer.frame is not None  # noqa: S101
    frame = within(table, answer.frame, task.since, task.until)
    return Document(frame, payload.fetched_at, payload.sha256, number)


def _landed(answer: _Fetched, result: LandingResult | UnexpectedPayload | None) -> _Fetched:
    if isinstance(result, UnexpectedPayload):
        url = answer.payload.url if answer.payload else ""
        return replace(answer, outcome=CHANGED, detail=f"{result} ({url})")
    return replace(answer, result=result, frame=None)


def within(table: RawTable, frame: "pd.DataFrame", since: date, until: date) -> "pd.DataFrame":
    """The rows of a parsed document between two dates, both included."""
    days = frame[table.date_column].tolist()
    if all(since <= day <= until for day in set(days)):  # a document of one date has a single one
        return frame
    return frame[[since <= day <= until for day in days]]


def _check(
    con: duckdb.DuckDBPyConnection, table: RawTable, source: str, answers: list[_Fetched], now: datetime
) -> SourceCheck:
    """Sum up the questions of one source: the worst outcome is the source's outcome."""
    first = answers[0].task
    expected = max((a.task.expected_date for a in answers if a.task.expected_date), default=None)
    held = warehouse.newest(con, table, dict(first.key))
    outcome = _outcome([a.outcome for a in answers], held, expected)
    is_late = expected is not None and (held is None or held < expected)
    landed = [a.result for a in answers if a.result]
    return SourceCheck(
        source=source,
        checked_at=now,
        outcome=outcome,
        last_observation_date=held,
        expected_date=expected,
        rows_landed=sum(r.rows_landed for r in landed),
        is_stale=outcome == REFUSED or (any(a.task.feeds_driver for a in answers) and (outcome == CHANGED or is_late)),
        detail=_detail(answers, outcome, held, expected),
        url=first.request.public_url,
        payload_sha256=next((a.payload.sha256 for a in reversed(answers) if a.payload), None),
        first_date=min((r.first_date for r in landed if r.first_date), default=None),
        last_date=max((r.last_date for r in landed if r.last_date), default=None),
    )


def _outcome(outcomes: list[str], held: date | None, expected: date | None) -> str:
    for failure in (CHANGED, REFUSED):
        if failure in outcomes:
            return failure
    if expected is not None:
        return LANDED if held is not None and held >= expected else NOTHING_YET
    return LANDED if LANDED in outcomes else NOTHING_YET


def _detail(answers: list[_Fetched], outcome: str, held: date | None, expected: date | None) -> str:
    failures = [a.detail for a in answers if a.outcome in (REFUSED, CHANGED)]
    if failures:
        others = f" ({len(failures)} of {len(answers)} documents)" if len(answers) > 1 else ""
        kept = f" Observations up to {held} are kept." if held else " No observation is held."
        return f"{failures[0]}{others}.{kept}"
    if outcome == NOTHING_YET and expected:
        return f"Newest observation is {held or 'none'}, {expected} was owed by now."
    said = [a.detail for a in answers if a.detail and a.outcome == outcome]
    rows = sum(a.result.rows_landed for a in answers if a.result)
    summary = f"{rows} new versions from {len(answers)} {'document' if len(answers) == 1 else 'documents'}."
    return f"{summary} {said[0]}." if said else summary


__all__ = ["CHANGED", "LANDED", "NOTHING_YET", "REFUSED", "FetchTask", "Plan", "SourceCheck", "collect"]
