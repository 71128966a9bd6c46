"""Every source, by the raw table it feeds: the one list that runs, replays and checks use.

A module of a fetched source offers TABLE, PUBLISHER, fetch_tasks(plan, catalog, landed) and parse(payload).
"""

from types import ModuleType

from ingest.sources import (
    cboe,
    fred,
    ishares_holdings,
    ishares_nav,
    nasdaq,
    ssga_distributions,
    ssga_nav,
    treasury,
    xnys,
    yahoo,
)

HTTP_SOURCES: dict[str, ModuleType] = {
    module.TABLE.name: module
    for module in (
        ishares_nav,
        ishares_holdings,
        treasury,
        fred,
        cboe,
        yahoo,
        nasdaq,
        ssga_nav,
        ssga_distributions,
    )
}
# The exchange's calendar is computed, not fetched.
SOURCES: dict[str, ModuleType] = {**HTTP_SOURCES, xnys.TABLE.name: xnys}


def table_of(source: str) -> str:
    """The raw table that a source (publisher:item) feeds; empty for an unknown publisher."""
    publisher = source.partition(":")[0]
    return next((name for name, module in SOURCES.items() if publisher == module.PUBLISHER), "")
