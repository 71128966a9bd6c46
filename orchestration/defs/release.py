"""The release as a Dagster asset: everything readers get, published only when every model and test before it passed."""

from typing import Any

import dagster as dg

from ingest.pipeline.bookkeeping import Release as ReleaseRow
from ingest.storage import warehouse
from orchestration.dbt.translator import OWNERS
from orchestration.defs.dbt_assets import dbt_models
from orchestration.defs.errors import explained_errors
from orchestration.defs.keys import RELEASE_TAG
from orchestration.defs.resources import POOL, IngestResource
from orchestration.publishing.disputes import disputes
from orchestration.publishing.known_releases import known_releases
from orchestration.publishing.publish import publish_release
from orchestration.publishing.release import ReleaseError
from orchestration.runtime.disk_space import as_disk_full_error

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
    """Publish the release this run opened."""
    with explained_errors(ingest.settings.home):
        return _publish(context, ingest)


def _publish(context: dg.AssetExecutionContext, ingest: IngestResource) -> dg.MaterializeResult[None]:
    row = _opened_release(context, ingest)
    try:
        publication = publish_release(ingest.settings, ingest.archive, row)
    except (ReleaseError, OSError) as error:
        why = as_disk_full_error(error, ingest.settings.home) or error
        raise dg.Failure(
            f"nothing was published, the last release is still served: {why}", allow_retries=False
        ) from error
    if publication.unrecorded:
        context.log.warning(f"release {row.release_id} is published but not recorded yet: {publication.unrecorded}")
    for note in publication.notes:
        context.log.info(note)
    published, tables = publication.release, publication.release.manifest["tables"]
    return dg.MaterializeResult(
        metadata={
            "release_id": published.release_id,
            "path": dg.MetadataValue.path(str(published.path)),
            "rows": dg.MetadataValue.int(sum(table["rows"] for table in tables.values())),
            "bytes_written": dg.MetadataValue.int(sum(p.stat().st_size for p in published.path.rglob("*.*"))),
            "tables": dg.MetadataValue.md(_tables_text(tables)),
            "removed_releases": dg.MetadataValue.json(publication.removed_releases),
            "notes": dg.MetadataValue.json(publication.notes),
            "attention": dg.MetadataValue.json(disputes(published.database)),
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


def _tables_text(tables: dict[str, Any]) -> str:
    lines = [f"| {name} | {facts['rows']:,} |" for name, facts in tables.items()]
    return "\n".join(["| table | rows |", "|---|---:|", *lines])
