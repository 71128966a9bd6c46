"""The raw tables as assets: one each, fetched and landed by `ingest`.

A run first opens its release, then fetches, then sums up the source status. dbt starts after all of that, because
every raw table is one of its sources.
"""

from collections.abc import Sequence
from datetime import date
from types import ModuleType
from typing import Any

import dagster as dg
import duckdb

from ingest.health.status import failure_of_dates
from ingest.pipeline.bookkeeping import SourceCheck
from ingest.pipeline.raw_table import collect_table
from ingest.registry.raw_schema import RawTable
from ingest.registry.raw_tables import ISHARES_HOLDINGS, TABLES
from ingest.settings import Settings
from ingest.sources.registry import HTTP_SOURCES, SOURCES
from ingest.storage import warehouse
from orchestration.dbt.translator import OWNERS
from orchestration.defs.bookkeeping import macrotape__attributions, macrotape__releases, macrotape__source_checks
from orchestration.defs.errors import explained_errors
from orchestration.defs.keys import DAILY_JOB, RAW_GROUP, raw_key
from orchestration.defs.partitions import as_of_dates
from orchestration.defs.resources import POOL, IngestResource
from orchestration.reporting.metadata import landing_metadata, outcome_table, raw_table_schema
from orchestration.reporting.sparkline import series_plot

RETRY_WAIT_S = 5


def raw_asset(table: RawTable, module: ModuleType) -> dg.AssetsDefinition:
    """The asset of a raw table with a source; the docstring of the source's module is part of its description."""
    is_partitioned = table is ISHARES_HOLDINGS
    options: dict[str, Any] = {}
    if is_partitioned:
        options = {
            "partitions_def": as_of_dates(Settings.from_env()),
            "backfill_policy": dg.BackfillPolicy.single_run(),
        }

    @dg.asset(  # type: ignore[untyped-decorator]
        key=raw_key(table),
        description=f"{table.description}\n\n{module.__doc__ or ''}".strip(),
        group_name=RAW_GROUP,
        kinds={"python", "duckdb", "https" if table.name in HTTP_SOURCES else "calendar"},
        owners=OWNERS,
        pool=POOL,
        deps=[macrotape__releases],
        metadata={"dagster/column_schema": raw_table_schema(table)},
        **options,
    )
    def asset(context: dg.AssetExecutionContext, ingest: IngestResource) -> dg.MaterializeResult[None]:
        with explained_errors(ingest.settings.home):
            chosen_dates = _chosen_dates(context) if is_partitioned else []
            bytes_before = ingest.transport.bytes_received
            checks = _fetch(table, chosen_dates, ingest, is_daily=context.job_name == DAILY_JOB)
            landed_dates = warehouse.WarehouseDates(ingest.settings).dates(table) if is_partitioned else frozenset()
            _mark_partitions(context, landed_dates)
            _require_dates(chosen_dates, landed_dates, checks)
            return dg.MaterializeResult(metadata=_describe(table, checks, ingest, bytes_before))

    return asset  # type: ignore[no-any-return]


def _fetch(table: RawTable, chosen_dates: Sequence[date], ingest: IngestResource, is_daily: bool) -> list[SourceCheck]:
    """Fetch and land a table; returns one check per source.

    Chosen partitions are fetched exactly. The daily job also fetches the trailing window, so that it does the same from
    the UI, which requires a partition, as from the command line.
    """
    requests: list[Sequence[date] | None] = [None] if is_daily or not chosen_dates else []
    requests += [chosen_dates] if chosen_dates else []
    try:
        checks = [
            check
            for dates in requests
            for check in collect_table(
                table.name,
                ingest.plan(holdings_dates=dates),
                settings=ingest.settings,
                catalog=ingest.catalog,
                transport=ingest.transport,
                archive=ingest.archive,
            )
        ]
    except duckdb.IOException as error:
        # the disk, or another program's lock on the warehouse: may be over in a moment
        raise dg.RetryRequested(max_retries=2, seconds_to_wait=RETRY_WAIT_S) from error
    ingest.add_checks(checks)
    return checks


def _require_dates(chosen_dates: Sequence[date], landed_dates: frozenset[date], checks: Sequence[SourceCheck]) -> None:
    """Fail if a partition was chosen and its date was not delivered."""
    if problem := failure_of_dates(chosen_dates, landed_dates, checks):
        outcomes = dg.MetadataValue.md(outcome_table(checks))
        raise dg.Failure(problem, metadata={"outcomes": outcomes}, allow_retries=False)


def _describe(
    table: RawTable, checks: Sequence[SourceCheck], ingest: IngestResource, bytes_before: int
) -> dict[str, dg.MetadataValue]:
    """What was landed, how many bytes were received, and a small plot of each series."""
    metadata = landing_metadata(checks)
    metadata["bytes_received"] = dg.MetadataValue.int(ingest.transport.bytes_received - bytes_before)
    if plot := series_plot(ingest.settings.folder.warehouse, table.name):
        metadata["plot"] = dg.MetadataValue.md(plot)
    return metadata


def _chosen_dates(context: dg.AssetExecutionContext) -> list[date]:
    if not (context.has_partition_key or context.has_partition_key_range):
        return []
    return [date.fromisoformat(key) for key in context.partition_keys]


def _mark_partitions(context: dg.AssetExecutionContext, landed_dates: frozenset[date]) -> None:
    """Report every landed date whose partition Dagster still shows as missing."""
    if not landed_dates:
        return
    partitions = context.assets_def.partitions_def
    known = set(partitions.get_partition_keys()) if partitions else set()
    reported = context.instance.get_materialized_partitions(context.asset_key)
    for day in sorted(({str(d) for d in landed_dates} & known) - reported):
        context.log_event(dg.AssetMaterialization(asset_key=context.asset_key, partition=day))


FETCHED = [raw_asset(TABLES[name], module) for name, module in SOURCES.items()]
RAW_ASSETS = [macrotape__releases, macrotape__attributions, *FETCHED, macrotape__source_checks]
