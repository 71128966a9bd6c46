"""Fetch, archive, parse and land the documents of one raw table: the same steps for every source.

Each fetch ends with one of four outcomes (ingest.outcomes). The failure of a source is never raised from here,
removes no row, and is never recorded as an empty success.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from ingest.errors import UnexpectedPayload
from ingest.http.client import Transport
from ingest.http.messages import Payload
from ingest.outcomes import CHANGED, LANDED
from ingest.pipeline.bookkeeping import SourceCheck, write_checks
from ingest.pipeline.fetch import Fetched, fetch, fetch_alternatives
from ingest.pipeline.load import LandingResult, land_documents, next_landing_ids
from ingest.pipeline.source_check import summarize_source
from ingest.pipeline.stage import Document
from ingest.registry.raw_schema import RawTable
from ingest.settings import Settings
from ingest.sources.base import FetchTask
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from ingest.storage.archive_records import LandingEntry

if TYPE_CHECKING:
    import pandas as pd

# Documents landed over one connection, and in one transaction where their table allows it. Opening the warehouse
# costs as much as landing a document; a crash costs at most these, and the archive has kept them.
BATCH = 24


@dataclass(frozen=True)
class FetchResult:
    """The result of one fetch task; `last_date` is the newest date in the document."""

    requested_date: date | None
    outcome: str
    last_date: date | None
    rows_landed: int
    detail: str


def collect(
    table: RawTable,
    tasks: Iterable[FetchTask],
    *,
    settings: Settings,
    transport: Transport,
    archive: Archive,
    on_result: Callable[[FetchResult], None] | None = None,
) -> list[SourceCheck]:
    """Run every fetch task and land what it returned; returns and records one check per source.

    Args:
        table: where the rows go.
        tasks: one per document.
        settings: data folder and clock.
        transport: sends the requests.
        archive: keeps the responses.
        on_result: called for each result once its rows are in the warehouse.

    Raises:
        Misconfigured: the warehouse cannot be used. The failure of a source is a check, not an exception.
    """
    warehouse.connect(settings).close()  # fail before the first request when the warehouse is unusable
    by_source: dict[str, list[Fetched]] = {}
    fetched = (fetch(task, transport, archive) for task in tasks)
    while batch := list(islice(fetched, BATCH)):
        for first in _land_batch(table, batch, settings, archive):
            final = _land_alternative(table, first, settings, transport, archive)
            by_source.setdefault(final.task.source, []).append(final)
            if on_result:
                on_result(_result(final))
    with warehouse.connect(settings) as con:
        checks = [
            summarize_source(source, found, warehouse.newest_date(con, table, dict(found[0].task.key)), settings.now())
            for source, found in by_source.items()
        ]
    write_checks(settings, archive, checks)
    return checks


def within(table: RawTable, frame: "pd.DataFrame", since: date, until: date) -> "pd.DataFrame":
    """The rows of a parsed document between two dates, both included."""
    days = frame[table.date_column].tolist()
    if all(since <= day <= until for day in set(days)):  # a document of one date has a single one
        return frame
    return frame[[since <= day <= until for day in days]]


def _result(fetched: Fetched) -> FetchResult:
    landed = fetched.result
    return FetchResult(
        requested_date=fetched.task.request.requested_date,
        outcome=fetched.outcome,
        last_date=landed.last_date if landed else None,
        rows_landed=landed.rows_landed if landed else 0,
        detail=fetched.detail,
    )


def _land_alternative(
    table: RawTable, fetched: Fetched, settings: Settings, transport: Transport, archive: Archive
) -> Fetched:
    """Where a document was parsed but its rows were refused, land the document of an alternative endpoint."""
    if fetched.outcome != CHANGED or fetched.frame is None:
        return fetched
    for other in fetch_alternatives(fetched, transport, archive):
        (landed,) = _land_batch(table, [other], settings, archive)
        if landed.outcome == LANDED:
            return landed
    return fetched


def _land_batch(table: RawTable, batch: list[Fetched], settings: Settings, archive: Archive) -> list[Fetched]:
    """Land the documents of a few tasks over one short connection."""
    with warehouse.connect(settings) as con:
        ids = iter(next_landing_ids(con, sum(fetched.payload is not None for fetched in batch)))
        numbered = [(fetched, fetched.payload, next(ids) if fetched.payload else 0) for fetched in batch]
        # recorded even when it could not be parsed: a replay with a better parser reads this document again
        archive.record_landings([_entry(table, f.task, payload, id_) for f, payload, id_ in numbered if payload])
        landable = [
            (_document(table, f.task, f.frame, payload, id_), id_)
            for f, payload, id_ in numbered
            if payload and f.frame is not None
        ]
        results = land_documents(con, table, [document for document, _ in landable])
    by_id = {id_: result for (_, id_), result in zip(landable, results, strict=True)}
    return [_with_result(fetched, by_id.get(id_)) for fetched, _, id_ in numbered]


def _entry(table: RawTable, task: FetchTask, payload: Payload, landing_id: int) -> LandingEntry:
    return LandingEntry(
        table=table.name,
        source=payload.source,
        knowledge_ts=payload.fetched_at,
        landing_id=landing_id,
        sha256=payload.sha256,
        url=payload.url,
        since=task.since,
        until=task.until,
    )


def _document(table: RawTable, task: FetchTask, frame: "pd.DataFrame", payload: Payload, landing_id: int) -> Document:
    rows = within(table, frame, task.since, task.until)
    return Document(rows, payload.fetched_at, payload.sha256, landing_id)


def _with_result(fetched: Fetched, result: LandingResult | UnexpectedPayload | None) -> Fetched:
    if isinstance(result, UnexpectedPayload):
        url = fetched.payload.url if fetched.payload else ""
        return replace(fetched, outcome=CHANGED, detail=f"{result} ({url})")
    return replace(fetched, result=result, frame=None)
