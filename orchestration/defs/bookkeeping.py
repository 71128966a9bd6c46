"""The raw tables a run writes about itself: the release it opens, the numbers it published, the source status."""

from importlib.metadata import version

import dagster as dg

from ingest.health.status import attention, failure_of_run, late_but_not_needed
from ingest.pipeline.bookkeeping import Release, write_release
from ingest.registry.raw_tables import MACROTAPE_ATTRIBUTIONS, MACROTAPE_RELEASES, MACROTAPE_SOURCE_CHECKS, TABLES
from ingest.sources.registry import SOURCES
from ingest.sources.xnys import SOURCE as CALENDAR
from ingest.storage import lake, warehouse
from orchestration.dbt.translator import OWNERS
from orchestration.defs.errors import explained_errors
from orchestration.defs.keys import RAW_GROUP, RELEASE_TAG, raw_key
from orchestration.defs.resources import POOL, IngestResource
from orchestration.publishing.publication_log import reconcile_unrecorded_release
from orchestration.publishing.release import next_release_id
from orchestration.reporting.metadata import outcome_table, raw_table_schema


@dg.asset(
    key=raw_key(MACROTAPE_RELEASES),
    description=f"{MACROTAPE_RELEASES.description} Opened before anything is fetched.",
    group_name=RAW_GROUP,
    kinds={"python", "duckdb"},
    owners=OWNERS,
    pool=POOL,
    metadata={"dagster/column_schema": raw_table_schema(MACROTAPE_RELEASES)},
)
def macrotape__releases(context: dg.AssetExecutionContext, ingest: IngestResource) -> dg.MaterializeResult[None]:
    """Open the release that this run publishes if every check passes."""
    with explained_errors(ingest.settings.home):
        release = _open_release(ingest)
    context.instance.add_run_tags(context.run.run_id, {RELEASE_TAG: release.release_id})
    return dg.MaterializeResult(metadata={"release_id": release.release_id, "sources_mode": release.sources_mode})


def _open_release(ingest: IngestResource) -> Release:
    settings = ingest.settings
    warehouse.check_clock(settings)
    with warehouse.connect(settings) as con:
        opened = {r for (r,) in con.execute("select distinct release_id from raw.macrotape__releases").fetchall()}
    folders = {p.name for p in settings.folder.releases.glob("*")} if settings.folder.releases.is_dir() else set()
    release = Release(
        release_id=next_release_id(settings.now().strftime("%Y%m%dT%H%M%SZ"), opened | folders),
        opened_at=settings.now(),
        sources_mode=settings.sources_mode,
        is_published=False,
        macrotape_version=version("macrotape"),
        duckdb_version=version("duckdb"),
        dbt_version=version("dbt-core"),
        dagster_version=version("dagster"),
    )
    write_release(settings, ingest.archive, release)
    return release


@dg.asset(
    key=raw_key(MACROTAPE_ATTRIBUTIONS),
    description=(
        f"{MACROTAPE_ATTRIBUTIONS.description} Landed when a release is published; if that run was killed before "
        "it recorded them, the next run does so here."
    ),
    group_name=RAW_GROUP,
    kinds={"python", "duckdb"},
    owners=OWNERS,
    pool=POOL,
    deps=[macrotape__releases],
    metadata={"dagster/column_schema": raw_table_schema(MACROTAPE_ATTRIBUTIONS)},
)
def macrotape__attributions(ingest: IngestResource) -> dg.MaterializeResult[None]:
    """Record the numbers of the current release if they are not recorded, before anything is built from them."""
    with explained_errors(ingest.settings.home):
        recorded = reconcile_unrecorded_release(ingest.settings, ingest.archive) or 0
    return dg.MaterializeResult(metadata={"rows_recorded": recorded})


@dg.asset(
    key=raw_key(MACROTAPE_SOURCE_CHECKS),
    description=f"{MACROTAPE_SOURCE_CHECKS.description} Summed up when every source has been fetched.",
    group_name=RAW_GROUP,
    kinds={"python", "duckdb"},
    owners=OWNERS,
    pool=POOL,
    deps=[*(raw_key(TABLES[name]) for name in SOURCES), raw_key(MACROTAPE_ATTRIBUTIONS)],
    metadata={"dagster/column_schema": raw_table_schema(MACROTAPE_SOURCE_CHECKS)},
)
def macrotape__source_checks(context: dg.AssetExecutionContext, ingest: IngestResource) -> dg.MaterializeResult[None]:
    """Sum up the status of all sources; fail if there is nothing to build from."""
    with explained_errors(ingest.settings.home):
        return _sum_up(context, ingest)


def _sum_up(context: dg.AssetExecutionContext, ingest: IngestResource) -> dg.MaterializeResult[None]:
    checks = ingest.latest_checks()
    if problem := failure_of_run([c for c in checks if c.source != CALENDAR]):
        outcomes = dg.MetadataValue.md(outcome_table(checks))
        raise dg.Failure(problem, metadata={"outcomes": outcomes}, allow_retries=False)
    phrases = attention(checks)
    for phrase in phrases:
        context.log.warning(phrase)
    lake.append_new_landings(ingest.settings)  # the build may read the lake
    return dg.MaterializeResult(
        metadata={
            "attention": dg.MetadataValue.json(phrases),
            "late": dg.MetadataValue.json(late_but_not_needed(checks)),
            "sources_checked": len(checks),
            "rows_landed": sum(c.rows_landed for c in checks),
            "outcomes": dg.MetadataValue.md(outcome_table(checks)),
        }
    )
