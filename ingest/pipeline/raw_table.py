"""One raw table at a time: what to fetch for it, and fetching and landing it."""

from collections.abc import Callable

from ingest.http.client import Transport
from ingest.pipeline.bookkeeping import SourceCheck
from ingest.pipeline.collect import collect
from ingest.pipeline.sessions import collect_sessions
from ingest.registry.raw_tables import TABLES
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.sources import xnys
from ingest.sources.base import FetchTask, LandedDates, Plan
from ingest.sources.registry import SOURCES
from ingest.storage.archive import Archive
from ingest.storage.warehouse import WarehouseDates


def fetch_tasks(table: str, plan: Plan, *, settings: Settings, catalog: Catalog) -> list[FetchTask]:
    """The documents a run fetches for a raw table; none where nothing is fetched."""
    tasks: Callable[[Plan, Catalog, LandedDates], list[FetchTask]] | None = getattr(SOURCES[table], "fetch_tasks", None)
    return tasks(plan, catalog, WarehouseDates(settings)) if tasks else []


def collect_table(
    table: str, plan: Plan, *, settings: Settings, catalog: Catalog, transport: Transport, archive: Archive
) -> list[SourceCheck]:
    """Fetch, archive, parse and land one raw table; one check per source.

    Raises:
        KeyError: no source feeds a table of that name.
        Misconfigured: the warehouse cannot be used.
    """
    if SOURCES[table] is xnys:
        return collect_sessions(plan, settings=settings, archive=archive)
    tasks = fetch_tasks(table, plan, settings=settings, catalog=catalog)
    return collect(TABLES[table], tasks, settings=settings, transport=transport, archive=archive)
