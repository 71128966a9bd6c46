"""The marts that Spark built, as a DuckDB file, from which a release is built.

Spark writes each mart as Parquet into the lake, which is the one place it shares with this process, and DuckDB
reads it from there, cast to the types the contract promises. Text columns, which are facts on Spark, are rendered.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from ingest.settings import Settings
from ingest.storage import warehouse
from ingest.storage.object_store import local_files, remove, spark_address
from ingest.storage_path import StoragePath
from orchestration.dbt.brief_text.functions import add_text_functions
from orchestration.dbt.catalog import RunQuery, spark_queries
from orchestration.publishing.marts import SCHEMA

# what Spark's tables hold as facts (see the macro rendered_text), and the function that renders them
TEXT_FUNCTIONS = {
    ("fct_attribution_summary_daily", "headline"): "headline_text",
    ("fct_brief_daily", "headline"): "headline_text",
    ("fct_brief_daily", "markdown"): "brief_text",
}
STAGING = "_collecting"  # a leading underscore hides it from Spark


@contextmanager
def export_spark_marts(settings: Settings, manifest: Mapping[str, Any]) -> Iterator[Path]:
    """A DuckDB file with every mart of the manifest; gone after the block.

    Raises:
        CatalogError: Spark cannot write a mart.
        OSError: the lake cannot be read.
        duckdb.Error: a value does not fit the type its contract promises.
    """
    assert settings.lake is not None  # noqa: S101 - settings refuse Spark without one
    staging = settings.lake / STAGING
    with tempfile.TemporaryDirectory(prefix=".collecting-", dir=settings.home) as folder:
        database = Path(folder) / "collected.duckdb"
        try:
            with spark_queries(settings) as run_query, duckdb.connect(str(database)) as con:
                remove(staging)
                warehouse.limit_memory(con, settings)
                con.execute("set timezone = 'UTC'")
                add_text_functions(con)
                con.execute(f"create schema {SCHEMA}")
                for name, columns in mart_columns(manifest).items():
                    _collect(run_query, con, name, columns, staging / name, Path(folder) / name)
        finally:
            remove(staging)
        yield database


def rendered_column(mart: str, column: str) -> str:
    """SQL for a column of a mart that Spark wrote: facts become words, anything else stays itself."""
    function = TEXT_FUNCTIONS.get((mart, column))
    return f'{function}("{column}") as "{column}"' if function else f'"{column}"'


def mart_columns(manifest: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The types every mart promises, by name and column."""
    return {
        node["name"]: {name: column["data_type"] for name, column in node["columns"].items()}
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == SCHEMA
    }


def _collect(
    run_query: RunQuery,
    con: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, str],
    staging: StoragePath,
    folder: Path,
) -> None:
    run_query(f"insert overwrite directory '{spark_address(staging)}' using parquet select * from {SCHEMA}.{name}")  # noqa: S608 - the manifest's names
    typed = ", ".join(f'"{column}" {data_type}' for column, data_type in columns.items())
    con.execute(f'create table {SCHEMA}."{name}" ({typed})')
    if files := list(map(str, local_files(staging, folder))):  # Spark writes none for no rows
        read = ", ".join(rendered_column(name, column) for column in columns)
        con.execute(f'insert into {SCHEMA}."{name}" select {read} from read_parquet(?)', [files])  # noqa: S608 - as above
