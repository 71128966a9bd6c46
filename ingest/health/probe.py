"""One small request to each source: does it work, is it late, is it blocked, has it changed? Lands nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ingest.errors import NothingYet, SourceRefused, SourceRejected, UnexpectedPayload
from ingest.http.client import Transport
from ingest.outcomes import BLOCKED, CHANGED, LATE, WORKS
from ingest.registry.raw_schema import RawTable
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.sources.base import FetchTask, Plan
from ingest.sources.registry import HTTP_SOURCES

# Long enough for a weekly publication and a long weekend.
LOOK_BACK = timedelta(days=21)


@dataclass(frozen=True)
class Probe:
    """The state of one endpoint of a source."""

    source: str
    state: str
    detail: str
    feeds_driver: bool
    is_alternative: bool = False


class _NothingLanded:
    """Reads no warehouse: a probe must work while a run has it locked, and when there is none."""

    def dates(self, table: RawTable, **key: str) -> frozenset[date]:
        return frozenset()


def probe_sources(settings: Settings, catalog: Catalog, transport: Transport, fund: str) -> Iterator[Probe]:
    """Send each source its smallest request, and the same to each alternative endpoint."""
    plan = Plan.of(settings, catalog, funds=[fund])
    plan = replace(plan, since=max(plan.since, plan.until - LOOK_BACK), trailing_sessions=1)
    for module in HTTP_SOURCES.values():
        # the newest document, where there is one a year or a date
        requested = list(module.fetch_tasks(plan, catalog, _NothingLanded()))
        first = [q for q in requested if q.source == requested[0].source][0 if requested[0].key else -1]
        yield _probe(first, module.TABLE, transport)
        for other in first.alternatives:
            yield replace(_probe(other, module.TABLE, transport), is_alternative=True)


def _probe(task: FetchTask, table: RawTable, transport: Transport) -> Probe:
    def said(state: str, detail: object) -> Probe:
        return Probe(task.source, state, str(detail), task.feeds_driver)

    try:
        frame = task.parse(transport.get(task.request))
    except NothingYet as empty:
        return said(LATE, empty)
    except (SourceRefused, SourceRejected) as refusal:
        return said(BLOCKED, refusal)
    except UnexpectedPayload as change:
        return said(CHANGED, change)
    newest: date = max(frame[table.date_column])
    if task.expected_date is not None and newest < task.expected_date:
        return said(LATE, f"latest {newest}, {task.expected_date} was expected by now")
    return said(WORKS, f"latest {newest}")
