"""What an engine holds after a build: columns and rows of every relation, and the rows a test objects to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol, Self

import duckdb

LAYERS = ("raw", "seeds", "staging", "intermediate", "marts")
DATES = ("session_date", "as_of_date", "observation_date", "period_end")  # what dates the rows of a table
MOST_CELL = 120


class FactsError(Exception):
    """The engine cannot answer a query."""


@dataclass(frozen=True)
class Relation:
    """A table or view; `rows` and `last_date` are None for a view, which would have to be computed."""

    name: str
    kind: str
    columns: dict[str, str]
    rows: int | None
    last_date: date | None = None


class Facts(Protocol):
    """A short look into the engine that built the marts."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: Any) -> None: ...

    def relations(self) -> dict[str, Relation]:
        """Every relation of the layers, by schema.table."""

    def sample(self, query: str, most: int = 5) -> str:
        """The first rows of a query as a Markdown table: what a failing test objects to."""

    def example(self, query: str, most: int = 6) -> str:
        """The beginning of the first row of a query: fund IWM, session_date 2026-06-30."""


class WarehouseFacts:
    """A short look into the warehouse, read-only; close it before anybody writes."""

    def __init__(self, warehouse: Path):
        self._con = duckdb.connect(str(warehouse), read_only=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()

    def relations(self) -> dict[str, Relation]:
        """Every relation of the layers, by schema.table."""
        query = """
            select c.schema_name || '.' || c.table_name, t.table_type, c.column_name, c.data_type
            from duckdb_columns() as c
            inner join information_schema.tables as t
                on c.database_name = t.table_catalog and c.schema_name = t.table_schema and c.table_name = t.table_name
            where c.database_name = current_database() and list_contains(?, c.schema_name)
            order by 1, c.column_index
        """
        columns: dict[str, dict[str, str]] = {}
        kinds: dict[str, str] = {}
        for name, table_type, column, data_type in self._con.execute(query, [list(LAYERS)]).fetchall():
            columns.setdefault(name, {})[column] = data_type
            kinds[name] = "view" if table_type == "VIEW" else "table"
        return {
            name: Relation(name, kinds[name], found, *self._extent(name, found) if kinds[name] == "table" else (None,))
            for name, found in columns.items()
        }

    def sample(self, query: str, most: int = 5) -> str:
        """The first rows of a query as a Markdown table: what a failing test objects to."""
        return as_table(*self._first(query, most))

    def example(self, query: str, most: int = 6) -> str:
        """The beginning of the first row of a query: fund IWM, session_date 2026-06-30."""
        return as_example(*self._first(query, 1), most)

    def _first(self, query: str, most: int) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
        result = self._con.execute(f"select * from ({query.strip().rstrip(';')}) limit {int(most)}")  # noqa: S608 - the SQL of dbt
        return [str(column[0]) for column in result.description or []], result.fetchall()

    def _extent(self, name: str, columns: Mapping[str, str]) -> tuple[int, date | None]:
        schema, table = name.split(".", 1)
        dated = next((column for column in DATES if columns.get(column) == "DATE"), "null")
        counted = f'select count(*), max({dated}) from "{schema}"."{table}"'  # noqa: S608 - names of our own columns
        return self._con.execute(counted).fetchall()[0]


def as_table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows as a Markdown table."""
    lines = [" | ".join(names), " | ".join("---" for _ in names)]
    lines += [" | ".join(str(v)[:MOST_CELL].replace("|", "\\|") for v in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def as_example(names: Sequence[str], rows: Sequence[Sequence[Any]], most: int) -> str:
    """The first cells of the first row in words; nothing where there is no row."""
    cells = list(zip(names, rows[0], strict=True))[:most] if rows else []
    return ", ".join(f"{name} {'NULL' if value is None else str(value)[:MOST_CELL]}" for name, value in cells)
