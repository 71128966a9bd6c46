"""Column lineage: which columns of its parents each column of a model is computed from, read from the compiled SQL.

dagster-dbt walks every path from a column to its origins, and the regressions have exponentially many of them
(docs/adr/0001-dbt-in-process.md). Here each column of each subquery is resolved once. Results are cached by a hash of
the SQL and of the parents' columns, because neither changes from day to day.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from ingest.settings import Settings
from orchestration.dbt.project import dbt_target

Origin = tuple[str, str]  # relation as schema.table, column
Columns = Mapping[str, Sequence[str]]  # columns by relation


def column_origins(sql: str, parents: Columns, dialect: str = "duckdb") -> dict[str, list[Origin]]:
    """The origins of every output column of a query.

    Args:
        sql: a compiled query.
        parents: columns of each relation it reads, by schema.table.
        dialect: SQL dialect, by sqlglot's name.

    Raises:
        SqlglotError: sqlglot cannot parse the query.
    """
    tables: dict[str, dict[str, dict[str, str]]] = {}
    for relation, columns in parents.items():
        namespace, table = relation.split(".")
        tables.setdefault(namespace, {})[table] = dict.fromkeys(columns, "unknown")
    schema: dict[str, object] = dict(tables)
    tree = _without_catalog(sqlglot.parse_one(sql, dialect=dialect))
    qualified = qualify(tree, schema=schema, dialect=dialect, validate_qualify_columns=False, quote_identifiers=False)
    scope = build_scope(qualified)
    if scope is None:
        return {}
    resolver = _Resolver()
    return {name: sorted(resolver.origins(scope, name)) for name in _names(scope)}


def lineage_cache(settings: Settings) -> "LineageCache":
    """Column origins of the SQL compiled for the engine of `settings`, kept in the data folder."""
    return LineageCache(dbt_target(settings) / "column_lineage.json", "spark" if settings.is_on_spark else "duckdb")


class LineageCache:
    """Column origins in one JSON file, by a hash of the query; empty for a query that cannot be parsed."""

    def __init__(self, path: Path, dialect: str = "duckdb"):
        self._path = path
        self._dialect = dialect
        self._known: dict[str, dict[str, list[list[str]]]] = _read(path)
        self._used: set[str] = set()

    def origins(self, sql: str, parents: Columns) -> dict[str, list[Origin]]:
        """Like `column_origins`, computed once per distinct query."""
        relations = {name: list(columns) for name, columns in parents.items()}
        key = hashlib.sha256(json.dumps([sql, relations], sort_keys=True).encode()).hexdigest()
        if key not in self._known:
            try:
                found = column_origins(sql, parents, self._dialect)
                self._known[key] = {column: [list(o) for o in origins] for column, origins in found.items()}
            except (SqlglotError, RecursionError):
                self._known[key] = {}
        self._used.add(key)
        return {c: [(o[0], o[1]) for o in found] for c, found in self._known[key].items()}

    def save(self) -> None:
        """Write the entries used since the file was read; others are dropped."""
        kept = {key: self._known[key] for key in sorted(self._used)}
        self._path.write_text(json.dumps(kept), encoding="utf-8")


class _Resolver:
    def __init__(self) -> None:
        self._done: dict[tuple[int, str], frozenset[Origin]] = {}

    def origins(self, scope: Scope, name: str) -> frozenset[Origin]:
        key = (id(scope), name)
        if key not in self._done:
            self._done[key] = frozenset()  # a recursive reference adds no origin
            self._done[key] = self._resolve(scope, name)
        return self._done[key]

    def _resolve(self, scope: Scope, name: str) -> frozenset[Origin]:
        if scope.set_operation_scopes:
            position = _names(scope).index(name)
            branches = [(s, _names(s)) for s in scope.set_operation_scopes]
            return frozenset().union(
                *(self.origins(s, names[position]) for s, names in branches if position < len(names))
            )
        found: set[Origin] = set()
        for select in _query(scope).selects:
            if select.alias_or_name == name:
                for column in select.find_all(exp.Column):
                    found |= self._origin(scope, column)
        return frozenset(found)

    def _origin(self, scope: Scope, column: exp.Column) -> frozenset[Origin]:
        source = _source(scope, column.table)
        if isinstance(source, Scope):
            return self.origins(source, column.name)
        if isinstance(source, exp.Table):
            return frozenset({(f"{source.db}.{source.name}", column.name)})
        return frozenset()


def _query(scope: Scope) -> exp.Query:
    if not isinstance(scope.expression, exp.Query):
        raise SqlglotError(f"a {type(scope.expression).__name__} where a query is expected")
    return scope.expression


def _names(scope: Scope) -> list[str]:
    return list(_query(scope).named_selects)


def _source(scope: Scope, alias: str) -> exp.Expr | Scope | None:
    """The source of an alias in a scope, or in a subquery inside one of its expressions."""
    if alias in scope.sources:
        return scope.sources[alias]
    return next((found for inner in scope.subquery_scopes if (found := _source(inner, alias)) is not None), None)


def _without_catalog(tree: exp.Expr) -> exp.Expr:
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
    return tree


def _read(path: Path) -> dict[str, dict[str, list[list[str]]]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
