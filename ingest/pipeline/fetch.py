"""Fetch, archive and parse the document of a task, or of an alternative endpoint; lands nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.errors import MacrotapeError, NothingYet, SourceRefused, SourceRejected, UnexpectedPayload
from ingest.http.client import RefusedWithDocument, Transport
from ingest.http.messages import Payload, preview
from ingest.outcomes import CHANGED, LANDED, NOTHING_YET, REFUSED
from ingest.parsing.text import LEFT_OUT, MISSING_COLUMNS
from ingest.pipeline.load import LandingResult
from ingest.sources.base import FetchTask
from ingest.storage.archive import Archive

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Fetched:
    """The state of one fetch task; `frame` holds rows that are not landed yet, or that the table refused."""

    task: FetchTask
    outcome: str
    detail: str = ""
    payload: Payload | None = None
    frame: "pd.DataFrame | None" = None
    result: LandingResult | None = None


def fetch(task: FetchTask, transport: Transport, archive: Archive) -> Fetched:
    """The document of a task, from an alternative endpoint where the first one failed."""
    first = _fetch_one(task, transport, archive)
    if first.outcome not in (REFUSED, CHANGED):
        return first
    return next(fetch_alternatives(first, transport, archive), first)


def fetch_alternatives(first: Fetched, transport: Transport, archive: Archive) -> Iterator[Fetched]:
    """Readable documents from the alternative endpoints of a source, fetched one by one."""
    for alternative in first.task.alternatives:
        other = _fetch_one(alternative, transport, archive)
        if other.outcome == LANDED:
            missing = f"{other.detail}, " if other.detail else ""
            detail = f"{missing}from the alternative {alternative.request.public_url}, because {first.detail}"
            task = replace(first.task, request=alternative.request, parse=alternative.parse, alternatives=())
            yield replace(other, task=task, detail=detail)


def _remarks(frame: "pd.DataFrame") -> str:
    """Columns that a document has not, and what of it was left out."""
    missing, left_out = frame.attrs.get(MISSING_COLUMNS), frame.attrs.get(LEFT_OUT)
    remarks = [f"The document has no {', '.join(missing)}"] if missing else []
    return ". ".join(remarks + ([f"Left out: {'; '.join(left_out)}"] if left_out else []))


def _fetch_one(task: FetchTask, transport: Transport, archive: Archive) -> Fetched:
    payload: Payload | None = None
    try:
        payload = transport.get(task.request)
        archive.keep(payload)
        frame = _parse(task, payload)
        return Fetched(task, LANDED, _remarks(frame), payload, frame)
    except NothingYet as empty:
        return Fetched(task, NOTHING_YET, str(empty), payload)
    except (SourceRefused, SourceRejected) as refusal:
        if isinstance(refusal, RefusedWithDocument):
            archive.keep(refusal.payload)
        return Fetched(task, REFUSED, str(refusal))
    except UnexpectedPayload as change:
        return Fetched(task, CHANGED, f"{change} ({task.request.public_url})", payload)


def _parse(task: FetchTask, payload: Payload) -> "pd.DataFrame":
    try:
        return task.parse(payload)
    except MacrotapeError:
        raise
    except Exception as error:
        # an unforeseen document of one source must not stop the others
        reason = f"{type(error).__name__}: {error}"
        raise UnexpectedPayload(f"{task.source}: the document cannot be parsed ({preview(reason)})") from error
