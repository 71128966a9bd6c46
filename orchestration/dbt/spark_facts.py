"""What Spark holds after a build: the same facts as of the warehouse, asked through dbt's own connection.

Through dbt, because it knows where the session is: in this process, or behind Spark Connect.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Self

from ingest.settings import Settings
from orchestration.dbt.project import DBT_DIR, dbt_target
from orchestration.dbt.runner import invoke
from orchestration.dbt.warehouse_facts import DATES, LAYERS, FactsError, Relation, as_example, as_table

Ask = Callable[[str], tuple[Sequence[str], list[tuple[Any, ...]]]]  # a query to names and rows


@contextmanager
def asking(settings: Settings) -> Iterator[Ask]:
    """A function that asks Spark, over the connection dbt used last in this process or a new one.

    Raises:
        FactsError: from the function, where Spark cannot answer.
    """
    from dbt.adapters.factory import get_adapter_by_type
    from dbt.exceptions import DbtRuntimeError

    try:
        adapter = get_adapter_by_type("spark")
    except KeyError:
        invoke(["parse"], project_dir=DBT_DIR, target=dbt_target(settings), engine=settings.engine)
        adapter = get_adapter_by_type("spark")

    def ask(query: str) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
        try:
            _, found = adapter.execute(query, fetch=True)
        except DbtRuntimeError as error:
            raise FactsError(str(error)) from error
        return found.column_names, [tuple(row) for row in found.rows]

    with adapter.connection_named("macrotape"):
        yield ask


class SparkFacts:
    """A short look into Spark; what it says is as of now."""

    def __init__(self, settings: Settings):
        self._asking = asking(settings)

    def __enter__(self) -> Self:
        self._ask = self._asking.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._asking.__exit__(*error)

    def relations(self) -> dict[str, Relation]:
        """Every relation of the layers, by schema.table; types are Spark's."""
        kinds: dict[str, str] = {}
        _, schemas = self._ask("show databases")
        for schema in sorted({str(name) for (name,) in schemas} & set(LAYERS)):
            views = {str(row[1]) for row in self._ask(f"show views in {schema}")[1]}
            tables = [str(row[1]) for row in self._ask(f"show tables in {schema}")[1]]
            kinds |= {f"{schema}.{name}": "view" if name in views else "table" for name in tables}
        columns = {name: self._columns(name) for name in kinds}
        extents = self._extents({name: columns[name] for name, kind in kinds.items() if kind == "table"})
        return {
            name: Relation(name, kind, columns[name], *extents.get(name, (None, None))) for name, kind in kinds.items()
        }

    def sample(self, query: str, most: int = 5) -> str:
        """The first rows of a query as a Markdown table: what a failing test objects to."""
        return as_table(*self._first(query, most))

    def example(self, query: str, most: int = 6) -> str:
        """The beginning of the first row of a query: fund IWM, session_date 2026-06-30."""
        return as_example(*self._first(query, 1), most)

    def _first(self, query: str, most: int) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
        return self._ask(f"select * from ({query.strip().rstrip(';')}) limit {int(most)}")  # noqa: S608 - the SQL of dbt

    def _columns(self, name: str) -> dict[str, str]:
        columns: dict[str, str] = {}
        for column, data_type, _ in self._ask(f"describe {name}")[1]:
            if not column or str(column).startswith("#"):
                break  # what follows is about partitions
            columns[str(column)] = str(data_type)
        return columns

    def _extents(self, tables: dict[str, dict[str, str]]) -> dict[str, tuple[int, date | None]]:
        """Rows and last date of every table, in one query."""
        if not tables:
            return {}
        counted = []
        for name, columns in tables.items():
            dated = next((column for column in DATES if columns.get(column) == "date"), "cast(null as date)")
            counted.append(f"select '{name}' as name, count(*) as n, max({dated}) as last_date from {name}")  # noqa: S608 - Spark's own names
        return {name: (int(n), last_date) for name, n, last_date in self._ask(" union all ".join(counted))[1]}
