"""The brief of the last session, where people look first: on its asset page."""

import dagster as dg

from ingest.errors import Misconfigured
from orchestration.defs.publish import GROUP, published_release
from orchestration.defs.resources import IngestResource
from orchestration.lib.brief.read import DEFAULT_FUND, brief_of, last_briefs
from orchestration.lib.release import read_release
from orchestration.lib.translator import OWNERS


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
    database = read_release(ingest.settings.current).database
    lines = [f"- **{b.fund}** {b.session_date}: {b.headline}" for b in last_briefs(database)]
    try:
        text = brief_of(database, DEFAULT_FUND).markdown
    except Misconfigured as absent:
        text = str(absent)
    return dg.MaterializeResult(
        metadata={"brief": dg.MetadataValue.md(text), "all_funds": dg.MetadataValue.md("\n".join(lines) or "none")}
    )
