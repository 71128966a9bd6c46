"""The brief of the last session, on its own asset page."""

from pathlib import Path

import dagster as dg

from ingest.errors import Misconfigured
from orchestration.dbt.translator import OWNERS
from orchestration.defs.errors import explained_errors
from orchestration.defs.release import GROUP, published_release
from orchestration.defs.resources import IngestResource
from orchestration.publishing.release import read_release
from orchestration.reporting.brief.read import DEFAULT_FUND, read_brief, read_brief_facts, read_latest_briefs


@dg.asset(
    key=["brief"],
    description="What moved each fund in its last session, read from the published release.",
    group_name=GROUP,
    kinds={"markdown"},
    owners=OWNERS,
    deps=[published_release],
)
def brief(ingest: IngestResource) -> dg.MaterializeResult[None]:
    """Show the default fund's brief and one line for each of the others."""
    with explained_errors(ingest.settings.home):
        return _latest_briefs(ingest)


def _latest_briefs(ingest: IngestResource) -> dg.MaterializeResult[None]:
    published = read_release(ingest.settings.folder.current)
    lines = [f"- **{b.fund}** {b.session_date}: {b.headline}" for b in read_latest_briefs(published.database)]
    return dg.MaterializeResult(
        metadata={
            **_default_fund(published.database),
            "all_funds": dg.MetadataValue.md("\n".join(lines) or "none"),
            "page": dg.MetadataValue.path(str(published.path / "brief.html")),
        }
    )


def _default_fund(database: Path) -> dict[str, dg.MetadataValue]:
    """The headline, the session and its return, which Dagster plots over runs, and the whole brief."""
    try:
        found = read_brief(database, DEFAULT_FUND)
    except Misconfigured as absent:
        return {"brief": dg.MetadataValue.md(str(absent))}
    facts = read_brief_facts(database, found)
    change = facts["return_pct"]
    return {
        "headline": dg.MetadataValue.text(found.headline),
        "session": dg.MetadataValue.text(f"{found.session_date}, {facts['status']}"),
        **({} if change is None else {"return_pct": dg.MetadataValue.float(round(change, 4))}),
        "brief": dg.MetadataValue.md(found.markdown),
    }
