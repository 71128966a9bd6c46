"""The release: everything readers get, published only when every model and test before it passed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from ingest.errors import MacrotapeError
from ingest.pipeline.bookkeeping import Release as ReleaseRow
from ingest.settings import Settings
from ingest.storage import warehouse
from orchestration.dbt import build_state
from orchestration.dbt.catalog import CatalogError, open_catalog
from orchestration.dbt.column_lineage import lineage_cache
from orchestration.dbt.docs_page import write_lineage_page
from orchestration.dbt.project import dbt_target
from orchestration.dbt.translator import OWNERS
from orchestration.defs.dbt_assets import dbt_models
from orchestration.defs.raw_assets import RELEASE_TAG
from orchestration.defs.resources import POOL, IngestResource
from orchestration.publishing import release
from orchestration.publishing.engine import export_marts
from orchestration.publishing.known_releases import known_releases
from orchestration.publishing.marts import open_read_only
from orchestration.publishing.publication_log import record_publication
from orchestration.publishing.versions import versions
from orchestration.reporting.brief.page import write_brief_page
from orchestration.runtime.disk_space import explained

GROUP = "release"


@dg.asset(
    key=["release"],
    description=(
        "The marts as an immutable folder of their own: DuckDB and Parquet files, the brief, the lineage and a "
        "manifest with the hash of each. Published by moving the link `current`, after every check passed."
    ),
    group_name=GROUP,
    kinds={"duckdb", "parquet", "html"},
    owners=OWNERS,
    pool=POOL,
    deps=[spec.key for spec in dbt_models.specs if spec.group_name == "marts"],
)
def published_release(context: dg.AssetExecutionContext, ingest: IngestResource) -> dg.MaterializeResult[None]:
    """Build the release this run opened, audit it, switch to it, and forget the oldest."""
    settings = ingest.settings
    row = _opened_release(context, ingest)
    try:
        with release.staging_folder(settings.releases, row.release_id) as folder:
            with export_marts(settings) as marts:
                tables = release.write_tables(marts, folder, settings, _last_release(settings))
            about = _about(row, folder / release.DATABASE, settings)
            write_brief_page(folder, about)
            with open_catalog(settings) as catalog:
                manifest, sql = (
                    dbt_target(settings) / "manifest.json",
                    build_state.last_compiled_sql(settings.warehouse),
                )
                write_lineage_page(folder / "lineage.html", manifest, sql, catalog.relations(), lineage_cache(settings))
            release.write_manifest(folder, tables, about)
            published = release.activate(folder, settings.releases, row.release_id, settings.current)
    except (release.ReleaseError, CatalogError, OSError) as error:
        why = explained(error, settings.home) or error
        raise dg.Failure(f"nothing was published, the last release stands: {why}", allow_retries=False) from error
    _note_told(context, ingest, row, published)
    removed = release.prune(settings.releases, settings.current)
    return dg.MaterializeResult(
        metadata={
            "release_id": published.release_id,
            "path": dg.MetadataValue.path(str(published.path)),
            "rows": dg.MetadataValue.int(sum(t.rows for t in tables.values())),
            "bytes_written": dg.MetadataValue.int(sum(p.stat().st_size for p in published.path.rglob("*.*"))),
            "tables": dg.MetadataValue.md(_tables_text(published.manifest["tables"])),
            "removed_releases": dg.MetadataValue.json(removed),
        }
    )


def _opened_release(context: dg.AssetExecutionContext, ingest: IngestResource) -> ReleaseRow:
    """The release this run opened; a run of the release alone publishes the newest one that is still open."""
    run = context.instance.get_run_by_id(context.run.run_id)
    own = run.tags.get(RELEASE_TAG) if run else None
    with warehouse.connect(ingest.settings) as con:
        rows = known_releases(con)
    for row in rows:
        if row.release_id == own or (own is None and not row.is_published):
            return row
    raise dg.Failure(
        "no release is open: materialize raw/macrotape__releases and the marts with it, or run the whole job",
        allow_retries=False,
    )


def _last_release(settings: Settings) -> release.Release | None:
    try:
        return release.read_release(settings.current)
    except release.ReleaseError:
        return None


def _about(row: ReleaseRow, database: Path, settings: Settings) -> dict[str, Any]:
    return {
        "release_id": row.release_id,
        "opened_at": f"{row.opened_at:%Y-%m-%dT%H:%M:%SZ}",
        "published_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "sources_mode": row.sources_mode,
        "model_version": _model_version(database),
        "engine": settings.engine,
        "versions": versions(settings),
    }


def _model_version(database: Path) -> str | None:
    with open_read_only(database) as con:
        found = con.execute("select max(model_version) from release.marts.fct_attribution_summary_daily").fetchall()
    return found[0][0] if found else None


def _note_told(
    context: dg.AssetExecutionContext, ingest: IngestResource, row: ReleaseRow, published: release.Release
) -> None:
    """Write down what readers now have. The switch is done, so a failure is a warning: the next run catches up."""
    try:
        record_publication(ingest.settings, ingest.archive, row, published)
    except (MacrotapeError, duckdb.Error, OSError) as error:
        context.log.warning(f"release {row.release_id} is published, but could not be written down yet: {error}")


def _tables_text(tables: dict[str, Any]) -> str:
    lines = [f"| {name} | {facts['rows']:,} |" for name, facts in tables.items()]
    return "\n".join(["| table | rows |", "|---|---:|", *lines])
