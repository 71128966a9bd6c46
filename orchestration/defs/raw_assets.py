"""The raw tables as assets: one each, fetched and landed by ingest, none with logic of its own.

A run opens its release first, then fetches, then sums up what the sources came to; dbt comes after all
of that, because every raw table is one of its sources.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import version
from types import ModuleType
from typing import Any

import dagster as dg
import duckdb

from ingest.errors import MacrotapeError
from ingest.health.latest_status import latest_source_status
from ingest.health.status import failure_of_dates, failure_of_run, failure_of_table, stale_sources
from ingest.pipeline.bookkeeping import Release, SourceCheck, write_release
from ingest.registry.raw_tables import (
    ISHARES_HOLDINGS,
    MACROTAPE_ATTRIBUTIONS,
    MACROTAPE_RELEASES,
    MACROTAPE_SOURCE_CHECKS,
    TABLES,
    RawTable,
)
from ingest.settings import Settings
from ingest.sources import HTTP_SOURCES, SOURCES, collect_table
from ingest.sources.xnys import SOURCE as CALENDAR
from ingest.storage import lake, warehouse
from orchestration.dbt.translator import OWNERS
from orchestration.defs.partitions import as_of_dates
from orchestration.defs.resources import POOL, IngestResource
from orchestration.publishing.publication_log import reconcile_unrecorded_release
from orchestration.publishing.release import next_release_id
from orchestration.reporting.metadata import landing_metadata, outcome_table, raw_table_schema
from orchestration.reporting.sparkline import series_plot

GROUP = "raw"
RELEASE_TAG = "macrotape/release"
DAILY_JOB = "daily_attribution"
PAUSE_S = 5


def key_of(table: RawTable) -> dg.AssetKey:
    """Asset key of a raw table: the same as of the dbt source."""
    return dg.AssetKey([GROUP, table.name])


@dg.asset(
    key=key_of(MACROTAPE_RELEASES),
    description=f"{MACROTAPE_RELEASES.description} Opened before anything is fetched.",
    group_name=GROUP,
    kinds={"python", "duckdb"},
    owners=OWNERS,
    pool=POOL,
    metadata={"dagster/column_schema": raw_table_schema(MACROTAPE_RELEASES)},
)
def macrotape__releases(context: dg.AssetExecutionContext, ingest: IngestResource) -> dg.MaterializeResult[None]:
    """Open the release this run will publish if all goes well."""
    settings = ingest.settings
    try:
        warehouse.check_clock(settings)
    except MacrotapeError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    with warehouse.connect(settings) as con:
        opened = {r for (r,) in con.execute("select distinct release_id from raw.macrotape__releases").fetchall()}
    folders = {p.name for p in settings.releases.glob("*")} if settings.releases.is_dir() else set()
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
    context.instance.add_run_tags(context.run.run_id, {RELEASE_TAG: release.release_id})
    return dg.MaterializeResult(metadata={"release_id": release.release_id, "sources_mode": release.sources_mode})


@dg.asset(
    key=key_of(MACROTAPE_ATTRIBUTIONS),
    description=(
        f"{MACROTAPE_ATTRIBUTIONS.description} Landed as a release is published; a run that finds one whose "
        "numbers were not written down, because its process was killed just then, does so here."
    ),
    group_name=GROUP,
    kinds={"python", "duckdb"},
    owners=OWNERS,
    pool=POOL,
    deps=[macrotape__releases],
    metadata={"dagster/column_schema": raw_table_schema(MACROTAPE_ATTRIBUTIONS)},
)
def macrotape__attributions(ingest: IngestResource) -> dg.MaterializeResult[None]:
    """Make sure that what readers have been told so far is written down before anything is built on it."""
    return dg.MaterializeResult(
        metadata={"rows_caught_up": reconcile_unrecorded_release(ingest.settings, ingest.archive) or 0}
    )


def fetched_asset(table: RawTable, module: ModuleType) -> dg.AssetsDefinition:
    """The asset of a raw table that a source feeds; the source's own docstring is part of its description."""
    is_partitioned = table is ISHARES_HOLDINGS
    options: dict[str, Any] = {}
    if is_partitioned:
        options = {
            "partitions_def": as_of_dates(Settings.from_env()),
            "backfill_policy": dg.BackfillPolicy.single_run(),
        }

    @dg.asset(  # type: ignore[untyped-decorator]
        key=key_of(table),
        description=f"{table.description}\n\n{module.__doc__ or ''}".strip(),
        group_name=GROUP,
        kinds={"python", "duckdb", "https" if table.name in HTTP_SOURCES else "calendar"},
        owners=OWNERS,
        pool=POOL,
        deps=[macrotape__releases],
        metadata={"dagster/column_schema": raw_table_schema(table)},
        **options,
    )
    def asset(context: dg.AssetExecutionContext, ingest: IngestResource) -> dg.MaterializeResult[None]:
        chosen, had = _chosen_dates(context) if is_partitioned else [], ingest.transport.bytes_received
        checks = [c for dates in _rounds(chosen, context.job_name) for c in _collect(table, dates, ingest)]
        problem = failure_of_table(table.name, checks)
        if is_partitioned:
            landed = warehouse.LandedDates(ingest.settings).dates(table)
            _show_partitions(context, landed)
            problem = problem or failure_of_dates(chosen, landed, checks)
        if problem:
            outcomes = dg.MetadataValue.md(outcome_table(checks))
            raise dg.Failure(problem, metadata={"outcomes": outcomes}, allow_retries=False)
        metadata = landing_metadata(checks)
        metadata["bytes_received"] = dg.MetadataValue.int(ingest.transport.bytes_received - had)
        if plot := series_plot(ingest.settings.warehouse, table.name):
            metadata["plot"] = dg.MetadataValue.md(plot)
        return dg.MaterializeResult(metadata=metadata)

    return asset  # type: ignore[no-any-return]


@dg.asset(
    key=key_of(MACROTAPE_SOURCE_CHECKS),
    description=f"{MACROTAPE_SOURCE_CHECKS.description} Judged when everything has been asked.",
    group_name=GROUP,
    kinds={"python", "duckdb"},
    owners=OWNERS,
    pool=POOL,
    deps=[*(key_of(TABLES[name]) for name in SOURCES), key_of(MACROTAPE_ATTRIBUTIONS)],
    metadata={"dagster/column_schema": raw_table_schema(MACROTAPE_SOURCE_CHECKS)},
)
def macrotape__source_checks(context: dg.AssetExecutionContext, ingest: IngestResource) -> dg.MaterializeResult[None]:
    """Sum up what the sources of this run came to; stop the run when there is nothing to build from."""
    checks = ingest.checks or latest_source_status(ingest.settings)
    asked = [c for c in checks if c.source != CALENDAR]
    if problem := failure_of_run(asked):
        outcomes = dg.MetadataValue.md(outcome_table(checks))
        raise dg.Failure(problem, metadata={"outcomes": outcomes}, allow_retries=False)
    stale = stale_sources(checks)
    for source in stale:
        context.log.warning(f"stale: {source}")
    lake.catch_up(ingest.settings)  # what is built next may read the lake
    return dg.MaterializeResult(
        metadata={
            "stale_sources": dg.MetadataValue.json(stale),
            "sources_asked": len(checks),
            "rows_landed": sum(c.rows_landed for c in checks),
            "outcomes": dg.MetadataValue.md(outcome_table(checks)),
        }
    )


def _chosen_dates(context: dg.AssetExecutionContext) -> list[date]:
    if not (context.has_partition_key or context.has_partition_key_range):
        return []
    return [date.fromisoformat(key) for key in context.partition_keys]


def _rounds(chosen: Sequence[date], job_name: str) -> Iterator[Sequence[date] | None]:
    """The sets of as-of dates to ask for; None stands for the trailing window.

    Chosen partitions are asked for exactly. The daily job keeps its trailing window whatever is chosen, so
    that it comes to the same from the UI, which insists on a partition, as from the command line.
    """
    if not chosen or job_name == DAILY_JOB:
        yield None
    if chosen:
        yield chosen


def _collect(table: RawTable, dates: Sequence[date] | None, ingest: IngestResource) -> list[SourceCheck]:
    try:
        checks = collect_table(
            table.name,
            ingest.plan(holdings_dates=dates),
            settings=ingest.settings,
            catalog=ingest.catalog,
            transport=ingest.transport,
            archive=ingest.archive,
        )
    except MacrotapeError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    except duckdb.IOException as error:
        # the disk or another program's lock: the one thing worth another try from here
        raise dg.RetryRequested(max_retries=2, seconds_to_wait=PAUSE_S) from error
    ingest.note(checks)
    return checks


def _show_partitions(context: dg.AssetExecutionContext, landed: frozenset[date]) -> None:
    """Mark every as-of date that is held and not yet shown as such."""
    partitions = context.assets_def.partitions_def
    known = set(partitions.get_partition_keys()) if partitions else set()
    shown = context.instance.get_materialized_partitions(context.asset_key)
    for day in sorted(({str(d) for d in landed} & known) - shown):
        context.log_event(dg.AssetMaterialization(asset_key=context.asset_key, partition=day))


FETCHED = [fetched_asset(TABLES[name], module) for name, module in SOURCES.items()]
RAW_ASSETS = [macrotape__releases, macrotape__attributions, *FETCHED, macrotape__source_checks]
