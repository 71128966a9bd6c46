"""Which source feeds which raw table: the one list that runs, replays and checks go through."""

from collections.abc import Callable
from types import ModuleType

from ingest.http.client import Transport
from ingest.pipeline.bookkeeping import SourceCheck
from ingest.pipeline.collect import collect
from ingest.pipeline.plan import FetchTask, Plan
from ingest.registry.raw_tables import TABLES
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.sources import cboe, fred, ishares_holdings, ishares_nav, treasury, xnys, yahoo
from ingest.storage.archive import Archive
from ingest.storage.warehouse import LandedDates

# Each module offers fetch_tasks(plan, catalog, held) and parse(payload).
HTTP_SOURCES: dict[str, ModuleType] = {
    module.TABLE.name: module for module in (ishares_nav, ishares_holdings, treasury, fred, cboe, yahoo)
}
# The exchange's calendar is computed, not fetched.
SOURCES: dict[str, ModuleType] = {**HTTP_SOURCES, xnys.TABLE.name: xnys}


def table_of(source: str) -> str:
    """The raw table that a source (publisher:item) feeds; empty for an unknown publisher."""
    publisher = source.partition(":")[0]
    return next((name for name, module in SOURCES.items() if publisher == module.PUBLISHER), "")


def fetch_tasks(table: str, plan: Plan, *, settings: Settings, catalog: Catalog) -> list[FetchTask]:
    """The questions a run puts to the source of a raw table; none where nothing is fetched."""
    ask: Callable[[Plan, Catalog, LandedDates], list[FetchTask]] | None = getattr(SOURCES[table], "fetch_tasks", None)
    return ask(plan, catalog, LandedDates(settings)) if ask else []


def collect_table(
    table: str, plan: Plan, *, settings: Settings, catalog: Catalog, transport: Transport, archive: Archive
) -> list[SourceCheck]:
    """Fetch, keep, parse and land one raw table; one check per source.

    Raises:
        KeyError: no source feeds a table of that name.
        Misconfigured: the warehouse cannot be used.
    """
    if SOURCES[table] is xnys:
        return xnys.collect_sessions(plan, settings=settings, archive=archive)
    asked = fetch_tasks(table, plan, settings=settings, catalog=catalog)
    return collect(TABLES[table], asked, settings=settings, transport=transport, archive=archive)
