"""Recording the numbers a release published: the basis of statuses, revisions and past briefs."""

import tempfile
from dataclasses import replace
from pathlib import Path

import duckdb

from ingest.pipeline.bookkeeping import Release as ReleaseRow
from ingest.pipeline.bookkeeping import write_release
from ingest.pipeline.published_numbers import land_published
from ingest.registry.raw_tables import MACROTAPE_ATTRIBUTIONS
from ingest.settings import Settings
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from ingest.storage.sql import text_literal
from orchestration.publishing.known_releases import known_releases
from orchestration.publishing.marts import open_read_only
from orchestration.publishing.release import Release, ReleaseError, read_release


def record_publication(settings: Settings, archive: Archive, row: ReleaseRow, published: Release) -> int:
    """Land the numbers a release published first or changed, then mark it as published; returns how many.

    In this order, so that the next run repeats both steps if the second failed; landing the same numbers again changes
    nothing.
    """
    document = _numbers(published)
    landed = land_published(settings, archive, published.release_id, document).rows_landed if document else 0
    write_release(settings, archive, replace(row, is_published=True))
    return landed


def reconcile_unrecorded_release(settings: Settings, archive: Archive) -> int | None:
    """Record the current release if its run was killed between the switch and the record.

    Returns the numbers landed; None when nothing was left to do.
    """
    try:
        published = read_release(settings.folder.current)
    except ReleaseError:
        return None
    with warehouse.connect(settings) as con:
        row = next((r for r in known_releases(con) if r.release_id == published.release_id), None)
    if row is None or row.is_published:
        return None
    return record_publication(settings, archive, row, published)


def _numbers(published: Release) -> bytes | None:
    """The rows this release was the first to publish, as CSV; None if there are none."""
    names = ", ".join(column.name for column in MACROTAPE_ATTRIBUTIONS.columns)
    query = (
        f"select {names} from release.marts.fct_attribution_revisions "  # noqa: S608 - registry
        "where release_id = getvariable('release_id') order by fund, session_date, model, driver"
    )
    with tempfile.TemporaryDirectory(prefix="macrotape-") as folder, open_read_only(published.database) as con:
        path = Path(folder) / "published.csv"
        con.execute("set variable release_id = ?", [published.release_id])
        try:
            con.execute(f"copy ({query}) to {text_literal(path)} (format csv, header)")
        except duckdb.CatalogException:
            return None  # an earlier version, which had no revisions
        document = path.read_bytes()
    return document if document.count(b"\n") > 1 else None
