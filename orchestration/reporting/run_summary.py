"""Summary of a run: what was published, which sources are late, and one headline a fund."""

from collections.abc import Sequence

from ingest.health.status import attention, late_but_not_needed
from ingest.pipeline.bookkeeping import SourceCheck
from orchestration.publishing.release import Release
from orchestration.reporting.brief.read import Brief


def format_run_summary(published: Release, checks: Sequence[SourceCheck], briefs: Sequence[Brief]) -> str:
    """A summary for the log of the run, a few lines of plain text."""
    tables = published.manifest["tables"].values()
    lines = [
        f"Published {published.release_id} ({published.manifest['sources_mode']}): {len(tables)} tables,"
        f" {sum(table['rows'] for table in tables):,} rows, in {published.path}",
        f"Sources: {len(checks)}, {sum(check.rows_landed for check in checks):,} new rows,"
        f" {'; '.join([*attention(checks), *late_but_not_needed(checks)]) or 'all on time'}",
        *(f"{brief.fund} {brief.session_date}: {brief.headline}" for brief in briefs),
    ]
    return "\n".join(lines)
