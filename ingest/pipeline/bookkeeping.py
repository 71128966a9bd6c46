"""Rows about macrotape itself, landed like all others: source checks and opened releases."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from ingest.pipeline.load import LandingResult, land, next_landing_id
from ingest.registry.raw_schema import RawTable
from ingest.registry.raw_tables import MACROTAPE_RELEASES, MACROTAPE_SOURCE_CHECKS
from ingest.settings import Settings
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from ingest.storage.archive_records import LandingEntry


@dataclass(frozen=True)
class SourceCheck:
    """The check of one source: a row of raw.macrotape__source_checks, and what Dagster shows besides."""

    source: str
    checked_at: datetime
    outcome: str
    last_observation_date: date | None
    expected_date: date | None
    rows_landed: int
    is_stale: bool
    detail: str
    url: str = ""
    payload_sha256: str | None = None
    first_date: date | None = None
    last_date: date | None = None


@dataclass(frozen=True)
class Release:
    """A row of raw.macrotape__releases; `opened_at` is timezone-aware."""

    release_id: str
    opened_at: datetime
    sources_mode: str
    is_published: bool
    macrotape_version: str
    duckdb_version: str
    dbt_version: str
    dagster_version: str


def write_checks(settings: Settings, archive: Archive, checks: Sequence[SourceCheck]) -> LandingResult | None:
    """Land source checks; None when there are none."""
    names = [column.name for column in MACROTAPE_SOURCE_CHECKS.columns]
    rows = [{name: _plain(getattr(check, name)) for name in names} for check in checks]
    return land_rows(settings, archive, MACROTAPE_SOURCE_CHECKS, rows, source="macrotape:checks") if rows else None


def write_release(settings: Settings, archive: Archive, release: Release) -> LandingResult:
    """Land a release, or its new state."""
    row = {name: _plain(value) for name, value in asdict(release).items()}
    return land_rows(settings, archive, MACROTAPE_RELEASES, [row], source="macrotape:releases")


def land_rows(
    settings: Settings, archive: Archive, table: RawTable, rows: list[dict[str, Any]], *, source: str
) -> LandingResult:
    """Land rows that no document stands behind; the archive keeps the rows themselves, so that a replay has them."""
    import pandas as pd

    moment = settings.now()
    with warehouse.connect(settings) as con:
        number = next_landing_id(con)
        archive.record_landing(
            LandingEntry(table=table.name, source=source, knowledge_ts=moment, landing_id=number, rows=rows)
        )
        frame = pd.DataFrame(rows, columns=[column.name for column in table.columns], dtype=object)
        return land(con, table, frame, knowledge_ts=moment, payload_sha256=None, landing_id=number)


def _plain(value: object) -> object:
    """Moments (UTC) and dates as ISO text: what both JSON and DuckDB read."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else value
