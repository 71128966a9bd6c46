"""Whether a source that was late has something newer by now: fetched and parsed, nothing is stored."""

from collections.abc import Sequence
from datetime import date, datetime

from ingest.errors import MacrotapeError
from ingest.http.client import Transport
from ingest.pipeline.bookkeeping import SourceCheck
from ingest.pipeline.raw_table import fetch_tasks
from ingest.registry.raw_tables import TABLES
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.sources.base import FetchTask, Plan
from ingest.sources.registry import table_of


def find_late_arrivals(settings: Settings, late: Sequence[SourceCheck]) -> dict[str, date]:
    """The newest date of each late source that now has more than it had."""
    catalog = Catalog.load()
    transport = Transport(settings, catalog)
    plan = Plan.of(settings, catalog, funds=(), since=None, until=None, holdings_dates=None)
    known = {c.source: c.last_observation_date or date.min for c in late}
    found: dict[str, date] = {}
    for table in sorted({table_of(source) for source in known} - {""}):
        for task in fetch_tasks(table, plan, settings=settings, catalog=catalog):
            newest = _newest(task, table, transport) if task.source in known else None
            if newest and newest > max(known[task.source], found.get(task.source, date.min)):
                found[task.source] = newest
    return found


def _newest(task: FetchTask, table: str, transport: Transport) -> date | None:
    """None when the source has nothing, or cannot be read: the next run will say how."""
    try:
        frame = task.parse(transport.get(task.request))
    except (MacrotapeError, ValueError, KeyError):
        return None
    for name, value in task.key.items():
        frame = frame[frame[name] == value]
    if not len(frame):
        return None
    newest = frame[TABLES[table].date_column].max()
    return newest.date() if isinstance(newest, datetime) else newest  # pandas' time stamps are datetimes
