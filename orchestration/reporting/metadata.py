"""Results of landing, as Dagster metadata."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import dagster as dg

from ingest.dates import non_breaking_date
from ingest.outcomes import CHANGED, LATE_AND_NEEDED, REFUSED
from ingest.pipeline.bookkeeping import SourceCheck
from ingest.registry.raw_schema import PROVENANCE, RawTable

HEADER = "| source | outcome | latest | expected | new rows | detail | request | sha256 |\n|" + "---|" * 8
MOST_ROWS = 200


def raw_table_schema(table: RawTable) -> dg.TableSchema:
    """Columns of a raw table with their units."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(name=c.name, type=c.type, description=c.description) for c in (*table.columns, *PROVENANCE)
        ]
    )


def landing_metadata(checks: Sequence[SourceCheck]) -> dict[str, dg.MetadataValue]:
    """Metadata of a raw asset: rows, dates, hashes, URLs, and the outcome of every source."""
    firsts = [c.first_date for c in checks if c.first_date]
    latest = [c.last_observation_date for c in checks if c.last_observation_date]
    metadata: dict[str, dg.MetadataValue] = {
        "rows_landed": dg.MetadataValue.int(sum(c.rows_landed for c in checks)),
        "first_date": dg.MetadataValue.text(str(min(firsts, default="none"))),
        "last_date": dg.MetadataValue.text(str(max(latest, default="none"))),
        "outcomes": dg.MetadataValue.md(outcome_table(checks)),
    }
    if len(checks) == 1:
        metadata["url"] = dg.MetadataValue.url(checks[0].url)
        metadata["payload_sha256"] = dg.MetadataValue.text(checks[0].payload_sha256 or "none")
    return metadata


def outcome_table(checks: Sequence[SourceCheck]) -> str:
    """One Markdown row per source."""
    return "\n".join([HEADER, *(_row(c) for c in checks[:MOST_ROWS])])


def _row(check: SourceCheck) -> str:
    cells = (
        check.source,
        _outcome(check),
        non_breaking_date(check.last_observation_date),
        non_breaking_date(check.expected_date),
        f"{check.rows_landed:,}",
        check.detail,
        _link(check.url),
        (check.payload_sha256 or "")[:12],
    )
    return "| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in cells) + " |"


def _outcome(check: SourceCheck) -> str:
    if check.outcome in (CHANGED, REFUSED):
        return f"**{check.outcome}**"
    return f"**{check.outcome}, {LATE_AND_NEEDED}**" if check.is_stale else check.outcome


def _link(url: str) -> str:
    """A link that shows the host alone: whole addresses would crowd out the other columns."""
    return f"[{urlsplit(url).netloc or url}](<{url}>)" if url else ""
