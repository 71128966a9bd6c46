"""Publish what the last build made: build the release, audit it, switch to it, prune old ones, record the numbers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import MacrotapeError
from ingest.pipeline.bookkeeping import Release as ReleaseRow
from ingest.settings import Settings
from ingest.storage.archive import Archive
from orchestration.dbt import build_state
from orchestration.dbt.catalog import CatalogError, open_catalog
from orchestration.dbt.column_lineage import lineage_cache
from orchestration.dbt.docs_page import write_lineage_page
from orchestration.dbt.project import dbt_target
from orchestration.publishing import release
from orchestration.publishing.engine import export_marts
from orchestration.publishing.marts import open_read_only
from orchestration.publishing.publication_log import record_publication
from orchestration.publishing.release import Release, ReleaseError
from orchestration.publishing.retired_funds import newly_retired
from orchestration.publishing.versions import versions
from orchestration.reporting.brief.page import write_brief_page


@dataclass(frozen=True)
class Publication:
    """A release readers now have.

    `unrecorded` says why its numbers could not be recorded yet; the next run does it. `notes` are said once, in the run
    that publishes the release.
    """

    release: Release
    removed_releases: list[str]
    unrecorded: str | None
    notes: list[str]


def publish_release(settings: Settings, archive: Archive, opened: ReleaseRow) -> Publication:
    """Publish the marts as the release `opened`.

    Raises:
        ReleaseError: the release could not be built or differs from the marts; the last release stays current.
        OSError: the disk or the lake failed; the last release stays current.
    """
    previous = _last_release(settings)
    with release.staging_folder(settings.folder.releases, opened.release_id) as folder:
        try:
            _write_files(settings, opened, folder, previous)
        except CatalogError as error:
            raise ReleaseError(str(error)) from error
        published = release.activate(folder, settings.folder.releases, opened.release_id, settings.folder.current)
    unrecorded = _record(settings, archive, opened, published)
    notes = newly_retired(published.database, previous.database if previous else None)
    removed = release.prune(settings.folder.releases, settings.folder.current)
    return Publication(published, removed, unrecorded, notes)


def _write_files(settings: Settings, opened: ReleaseRow, folder: Path, previous: Release | None) -> None:
    with export_marts(settings) as marts:
        tables = release.write_tables(marts, folder, settings, previous)
    about = _describe(opened, folder / release.DATABASE, settings)
    write_brief_page(folder, about)
    manifest, sql = dbt_target(settings) / "manifest.json", build_state.last_compiled_sql(settings.folder.warehouse)
    with open_catalog(settings) as catalog:
        write_lineage_page(folder / "lineage.html", manifest, sql, catalog.relations(), lineage_cache(settings))
    release.write_manifest(folder, tables, about)


def _record(settings: Settings, archive: Archive, opened: ReleaseRow, published: Release) -> str | None:
    # readers have the release already: a failure here must not look like a failed publication
    try:
        record_publication(settings, archive, opened, published)
    except (MacrotapeError, duckdb.Error, OSError) as error:
        return str(error)
    return None


def _last_release(settings: Settings) -> Release | None:
    try:
        return release.read_release(settings.folder.current)
    except ReleaseError:
        return None


def _describe(opened: ReleaseRow, database: Path, settings: Settings) -> dict[str, Any]:
    """What manifest and page say about the release."""
    with open_read_only(database) as con:
        query = "select max(model_version) from release.marts.fct_attribution_summary_daily"
        ((model_version,),) = con.execute(query).fetchall()
    return {
        "release_id": opened.release_id,
        "opened_at": f"{opened.opened_at:%Y-%m-%dT%H:%M:%SZ}",
        "published_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "sources_mode": opened.sources_mode,
        "model_version": model_version,
        "engine": settings.engine,
        "versions": versions(settings),
    }
