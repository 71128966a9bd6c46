"""What is asked of the engine that builds the marts: DuckDB in the warehouse, or Spark beside it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.settings import Settings
from orchestration.dbt.column_lineage import LineageCache
from orchestration.dbt.project import dbt_target, ensure_manifest
from orchestration.dbt.spark_facts import SparkFacts
from orchestration.dbt.warehouse_facts import Facts, WarehouseFacts
from orchestration.publishing.spark_export import collected


def facts_of(settings: Settings) -> Facts:
    """What the engine holds, for a `with` block."""
    return SparkFacts(settings) if settings.is_on_spark else WarehouseFacts(settings.warehouse)


def lineage_of(settings: Settings) -> LineageCache:
    """Column origins of the SQL compiled for the engine."""
    dialect = "spark" if settings.is_on_spark else "duckdb"
    return LineageCache(dbt_target(settings) / "column_lineage.json", dialect)


@contextmanager
def marts_of(settings: Settings) -> Iterator[Path]:
    """A DuckDB file with the marts the engine built: the warehouse itself, or what was collected from Spark."""
    if not settings.is_on_spark:
        yield settings.warehouse
        return
    with collected(settings, json.loads(ensure_manifest(settings).read_text(encoding="utf-8"))) as database:
        yield database
