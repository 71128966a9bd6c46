"""The record of the last complete build, and which nodes the next build can reuse.

The record is stored in the warehouse, next to the tables it describes: a copied or restored file brings its own record,
a replayed one has none. It is deleted while a build runs, so a failed or killed build is followed by a complete one.
Raw tables are append-only and landing ids only grow: row count and newest landing id show whether a table changed.

A model with `meta: {skip_downstream_if_unchanged: true}` is compared with the stored table before the build. If its
rows are equal, nothing downstream of it is rebuilt on its account.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingest.registry.raw_tables import TABLES
from orchestration.dbt.catalog import relation_name

SCHEMA = "build_state"
INPUT_FINGERPRINT = f"{SCHEMA}.input_fingerprint"
NODES = f"{SCHEMA}.nodes"
RELATION_TYPES = ("model", "seed")

Nodes = Mapping[str, Mapping[str, Any]]  # nodes and sources of dbt's manifest by unique id
RawTableState = tuple[str, str, int, int]  # hash of the code, raw table, row count, newest landing id


@dataclass(frozen=True)
class BuildPlan:
    """The inputs of a build, and the compiled SQL of the nodes that need not be rebuilt, by unique id."""

    input_fingerprint: frozenset[RawTableState]
    unchanged: Mapping[str, str]


def plan_build(warehouse: Path, code_hash: str, nodes: Nodes) -> BuildPlan:
    """Plan a complete build and delete the record of the last one.

    Args:
        warehouse: the file to build in; no other process may have it open.
        code_hash: hash of everything that turns raw tables into marts.
        nodes: nodes and sources of the current manifest.
    """
    with duckdb.connect(str(warehouse)) as con:
        fingerprint = frozenset(_raw_table_state(con, code_hash, name) for name in TABLES)
        unchanged = _unchanged_nodes(con, fingerprint, nodes)
        con.execute(f"drop schema if exists {SCHEMA} cascade")
        con.execute("drop schema if exists built cascade")  # the record of version 0.1
    return BuildPlan(fingerprint, unchanged)


def record_build(warehouse: Path, input_fingerprint: Iterable[RawTableState], compiled_sql: Mapping[str, str]) -> None:
    """Store a successful build: its inputs, and the SQL of every node built or reused (empty for a seed)."""
    with duckdb.connect(str(warehouse)) as con:
        con.execute("begin transaction")
        con.execute(f"create schema {SCHEMA}")
        con.execute(
            f"create table {INPUT_FINGERPRINT} "
            "(code_hash varchar, raw_table varchar, row_count bigint, last_landing_id bigint)"
        )
        con.execute(f"create table {NODES} (node varchar, compiled_sql varchar)")
        con.executemany(f"insert into {INPUT_FINGERPRINT} values (?, ?, ?, ?)", list(input_fingerprint))  # noqa: S608 - constant
        con.executemany(f"insert into {NODES} values (?, ?)", list(compiled_sql.items()))  # noqa: S608 - constant
        con.execute("commit")


def last_compiled_sql(warehouse: Path) -> dict[str, str]:
    """The SQL each node was last built with, by unique id; empty if there is no record."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return _recorded_sql(con)


def _raw_table_state(con: duckdb.DuckDBPyConnection, code_hash: str, name: str) -> RawTableState:
    query = f'select count(*), coalesce(max(landing_id), 0) from raw."{name}"'  # noqa: S608 - registry
    row_count, last_landing_id = con.execute(query).fetchall()[0]
    return code_hash, name, row_count, last_landing_id


def _unchanged_nodes(
    con: duckdb.DuckDBPyConnection, fingerprint: frozenset[RawTableState], nodes: Nodes
) -> dict[str, str]:
    recorded = _recorded_sql(con)
    previous = set(con.execute(f"from {INPUT_FINGERPRINT}").fetchall()) if recorded else set()
    changed_tables = {name for _, name, *_ in fingerprint - previous}
    if len(changed_tables) == len(fingerprint):
        return {}
    relations = con.execute("select distinct schema_name, table_name from duckdb_columns()").fetchall()
    existing = {f"{schema}.{name}" for schema, name in relations}
    changed = {uid for uid, node in nodes.items() if _is_changed(node, changed_tables, existing)}
    barriers = {
        uid
        for uid, node in nodes.items()
        if _skips_downstream(node) and uid not in changed and _has_equal_rows(con, node, recorded)
    }
    outdated = _with_descendants(changed, nodes, barriers)
    return {uid: sql for uid, sql in recorded.items() if uid in nodes and uid not in outdated}


def _recorded_sql(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    try:
        return dict(con.execute(f"from {NODES}").fetchall())
    except duckdb.CatalogException:
        return {}


def _is_changed(node: Mapping[str, Any], changed_tables: set[str], existing: set[str]) -> bool:
    """True for a raw table with new rows, and for a relation that no longer exists."""
    if node["resource_type"] == "source":
        return node["name"] in changed_tables
    return node["resource_type"] in RELATION_TYPES and relation_name(node) not in existing


def _skips_downstream(node: Mapping[str, Any]) -> bool:
    return bool(node.get("config", {}).get("meta", {}).get("skip_downstream_if_unchanged"))


def _has_equal_rows(con: duckdb.DuckDBPyConnection, node: Mapping[str, Any], recorded: Mapping[str, str]) -> bool:
    """True if the model's query returns the rows of its table; its parents must be views of raw tables."""
    table, query = relation_name(node), recorded.get(node["unique_id"], "")
    differing = f"(from ({query}) except all from {table}) union all (from {table} except all from ({query}))"
    try:
        return bool(query) and not con.execute(differing).fetchall()
    except duckdb.Error:
        return False


def _with_descendants(changed: Iterable[str], nodes: Nodes, barriers: set[str]) -> set[str]:
    """Changed nodes and everything downstream of them, not followed through `barriers`."""
    children: dict[str, list[str]] = {}
    for uid, node in nodes.items():
        for parent in node.get("depends_on", {}).get("nodes", ()):
            children.setdefault(parent, []).append(uid)
    found: set[str] = set()
    waiting = list(changed)
    while waiting:
        uid = waiting.pop()
        if uid not in found and uid not in barriers:
            found.add(uid)
            waiting += children.get(uid, ())
    return found
