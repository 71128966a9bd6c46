"""The marts of the engine that built them, DuckDB or Spark, as one DuckDB file."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.settings import Settings
from orchestration.dbt.project import ensure_manifest
from orchestration.publishing.spark_export import export_spark_marts


@contextmanager
def export_marts(settings: Settings) -> Iterator[Path]:
    """A DuckDB file with the marts the engine built: the warehouse itself, or what was collected from Spark."""
    if not settings.is_on_spark:
        yield settings.folder.warehouse
        return
    with export_spark_marts(settings, json.loads(ensure_manifest(settings).read_text(encoding="utf-8"))) as database:
        yield database
