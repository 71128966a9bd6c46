"""What the database contains after a build: columns and row counts of its tables, and the rows a query returns.

DuckDB and Spark run the same queries; they differ in how a query is run and in how tables are listed.
docs/adr/0003-reading-the-catalog.md says why DuckDB is read without dbt's adapter.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ingest.settings import Settings
from orchestration.dbt.project import DBT_DIR, dbt_target
from orchestration.dbt.runner import invoke

SCHEMAS = ("raw", "seeds", "staging", "intermediate", "marts")
DATE_COLUMNS = ("session_date", "as_of_date", "observation_date", "period_end")  # first match dates the rows of a table
MAX_CELL_CHARACTERS = 120

RunQuery = Callable[[str], tuple[Sequence[str], list[tuple[Any, ...]]]]  # SQL to column names and rows


class CatalogError(Exception):
    """The database could not run a query; its text is the database's message."""


@dataclass(frozen=True)
class Relation:
    """A table or view. `rows` and `last_date` are None for a view, because counting would compute it."""

    name: str  # schema.table
    kind: str  # table or view
    columns: dict[str, str]  # data type by column, in the database's own names
    rows: int | None = None
    last_date: date | None = None


ListRelations = Callable[[RunQuery], dict[str, Relation]]


class Catalog:
    """Read-only queries against the database that built the marts."""

    def __init__(self, run_query: RunQuery, list_relations: ListRelations):
        self._run_query = run_query
        self._list_relations = list_relations

    def relations(self) -> dict[str, Relation]:
        """Every table and view of the project's schemas, by schema.table."""
        found = self._list_relations(self._run_query)
        tables = [relation for relation in found.values() if relation.kind == "table"]
        if not tables:
            return found
        _, counts = self._run_query(" union all ".join(map(_count_query, tables)))
        for name, rows, last_date in counts:
            relation = found[name]
            found[name] = Relation(name, relation.kind, relation.columns, int(rows), last_date)
        return found

    def sample(self, query: str, max_rows: int = 5) -> str:
        """The first rows of a query as a Markdown table.

        Raises:
            CatalogError: the query cannot be run.
        """
        return _markdown_table(*self._first_rows(query, max_rows))

    def example(self, query: str, max_columns: int = 6) -> str:
        """The first columns of the first row of a query, e.g. `fund IWM, session_date 2026-06-30`; empty without rows.

        Raises:
            CatalogError: the query cannot be run.
        """
        names, rows = self._first_rows(query, 1)
        cells = list(zip(names, rows[0], strict=True))[:max_columns] if rows else []
        return ", ".join(f"{name} {'NULL' if value is None else _cell(value)}" for name, value in cells)

    def _first_rows(self, query: str, max_rows: int) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
        return self._run_query(f"select * from ({query.strip().rstrip(';')}) limit {int(max_rows)}")  # noqa: S608 - dbt's SQL


def open_catalog(settings: Settings) -> AbstractContextManager[Catalog]:
    """The catalog of the engine that builds the marts; close it before anything writes."""
    return spark_catalog(settings) if settings.is_on_spark else duckdb_catalog(settings.folder.warehouse)


@contextmanager
def duckdb_catalog(warehouse: Path) -> Iterator[Catalog]:
    """The catalog of a DuckDB file, opened read-only."""
    with duckdb.connect(str(warehouse), read_only=True) as con:

        def run_query(query: str) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
            try:
                result = con.execute(query)
                return [str(column[0]) for column in result.description or []], result.fetchall()
            except duckdb.Error as error:
                raise CatalogError(str(error)) from error

        yield Catalog(run_query, _duckdb_relations)


@contextmanager
def spark_catalog(settings: Settings) -> Iterator[Catalog]:
    """The catalog of Spark."""
    with spark_queries(settings) as run_query:
        yield Catalog(run_query, _spark_relations)


@contextmanager
def spark_queries(settings: Settings) -> Iterator[RunQuery]:
    """A function that runs a query on Spark through dbt's adapter, which knows where the session is.

    It uses the connection dbt opened last in this process, or a new one.
    """
    from dbt.adapters.factory import get_adapter_by_type
    from dbt.exceptions import DbtRuntimeError

    try:
        adapter = get_adapter_by_type("spark")
    except KeyError:
        invoke(["parse"], project_dir=DBT_DIR, target=dbt_target(settings), engine=settings.engine)
        adapter = get_adapter_by_type("spark")

    def run_query(query: str) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
        try:
            _, found = adapter.execute(query, fetch=True)
        except DbtRuntimeError as error:
            raise CatalogError(str(error)) from error
        return found.column_names, [tuple(row) for row in found.rows]

    with adapter.connection_named("macrotape"):
        yield run_query


def relation_name(node: Mapping[str, Any]) -> str:
    """schema.table of a model, seed or source of dbt's manifest."""
    return f"{node['schema']}.{node.get('identifier') or node.get('alias') or node['name']}"


def _duckdb_relations(run_query: RunQuery) -> dict[str, Relation]:
    schemas = ", ".join(f"'{schema}'" for schema in SCHEMAS)
    _, rows = run_query(f"""
        select c.schema_name || '.' || c.table_name, t.table_type, c.column_name, c.data_type
        from duckdb_columns() as c
        inner join information_schema.tables as t
            on c.database_name = t.table_catalog and c.schema_name = t.table_schema and c.table_name = t.table_name
        where c.database_name = current_database() and c.schema_name in ({schemas})
        order by 1, c.column_index
    """)  # noqa: S608 - constants
    found: dict[str, Relation] = {}
    for name, table_type, column, data_type in rows:
        kind = "view" if table_type == "VIEW" else "table"
        found.setdefault(name, Relation(name, kind, {})).columns[column] = data_type
    return found


def _spark_relations(run_query: RunQuery) -> dict[str, Relation]:
    found: dict[str, Relation] = {}
    _, schemas = run_query("show databases")
    for schema in sorted({str(name) for (name,) in schemas} & set(SCHEMAS)):
        views = {str(row[1]) for row in run_query(f"show views in {schema}")[1]}
        for table in (str(row[1]) for row in run_query(f"show tables in {schema}")[1]):
            name = f"{schema}.{table}"
            found[name] = Relation(name, "view" if table in views else "table", _spark_columns(run_query, name))
    return found


def _spark_columns(run_query: RunQuery, name: str) -> dict[str, str]:
    columns: dict[str, str] = {}
    for column, data_type, _ in run_query(f"describe {name}")[1]:
        if not column or str(column).startswith("#"):
            break  # the rest describes partitions
        columns[str(column)] = str(data_type)
    return columns


def _count_query(relation: Relation) -> str:
    dated = next((c for c in DATE_COLUMNS if relation.columns.get(c, "").lower() == "date"), "cast(null as date)")
    return f"select '{relation.name}' as name, count(*) as n, max({dated}) as last_date from {relation.name}"  # noqa: S608 - names of the catalog


def _markdown_table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [" | ".join(names), " | ".join("---" for _ in names)]
    lines += [" | ".join(_cell(value).replace("|", "\\|") for value in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(value: object) -> str:
    return str(value)[:MAX_CELL_CHARACTERS]
