"""What the last build rested on, so that the next one makes only what rests on something new.

The record lies in the warehouse beside what it speaks of: a file that is copied or restored brings its own along, one
that is replayed has none. It is gone while a build is under way, so that one that failed or was killed is followed by
a whole one. Raw tables only grow, and so do landing ids: rows and newest landing say whether one is as it was.

A model with `meta: {compared: true}` also ends the chain where its rows are what they were: it reads a raw table that
changes with every run, in which little of what matters does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingest.registry.raw_tables import TABLES
from orchestration.dbt.results import relation_of

BASIS, NODES = "built.basis", "built.nodes"
RELATIONS = ("model", "seed")

Nodes = Mapping[str, Mapping[str, Any]]  # of dbt's manifest, sources among them, by unique id
State = tuple[str, str, int, int]  # hash of the code, raw table, its rows, its newest landing


@dataclass(frozen=True)
class Plan:
    """What a build rests on, and the nodes it need not make again with the SQL that made them."""

    basis: frozenset[State]
    unchanged: Mapping[str, str]


def begin(warehouse: Path, code: str, nodes: Nodes) -> Plan:
    """Plan a build of everything, and forget the last one: what follows may leave some tables newer than others.

    Args:
        warehouse: the file that is built in; nobody else may hold it.
        code: a hash of all that turns raw tables into marts.
        nodes: the graph as it is now.
    """
    with duckdb.connect(str(warehouse)) as con:
        basis = frozenset(_state(con, code, name) for name in TABLES)
        unchanged = _unchanged(con, basis, nodes)
        con.execute("drop schema if exists built cascade")
    return Plan(basis, unchanged)


def record(warehouse: Path, basis: Iterable[State], sql: Mapping[str, str]) -> None:
    """Write down a build that went well: its basis, and the SQL of every node made or kept, empty for a seed."""
    with duckdb.connect(str(warehouse)) as con:
        con.execute("begin transaction")
        con.execute("create schema built")
        con.execute(f"create table {BASIS} (code varchar, raw_table varchar, row_count bigint, landing_id bigint)")
        con.execute(f"create table {NODES} (node varchar, compiled_code varchar)")
        con.executemany(f"insert into {BASIS} values (?, ?, ?, ?)", list(basis))  # noqa: S608 - constant
        con.executemany(f"insert into {NODES} values (?, ?)", list(sql.items()))  # noqa: S608 - constant
        con.execute("commit")


def compiled(warehouse: Path) -> dict[str, str]:
    """The SQL of every node as it was last made; empty without a record."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return _compiled(con)


def _state(con: duckdb.DuckDBPyConnection, code: str, name: str) -> State:
    rows, newest = con.execute(f'select count(*), coalesce(max(landing_id), 0) from raw."{name}"').fetchall()[0]  # noqa: S608 - registry
    return code, name, rows, newest


def _unchanged(con: duckdb.DuckDBPyConnection, basis: frozenset[State], nodes: Nodes) -> dict[str, str]:
    made = _compiled(con)
    before = set(con.execute(f"from {BASIS}").fetchall()) if made else set()
    new = {name for _, name, *_ in basis - before}
    if len(new) == len(basis):
        return {}
    relations = con.execute("select distinct schema_name, table_name from duckdb_columns()").fetchall()
    held = {f"{schema}.{name}" for schema, name in relations}
    begun = {uid for uid, node in nodes.items() if _is_new(node, new, held)}
    same = {uid for uid, node in nodes.items() if _is_compared(node) and uid not in begun and _is_same(con, node, made)}
    outdated = _with_descendants(begun, nodes, same)
    return {uid: sql for uid, sql in made.items() if uid in nodes and uid not in outdated}


def _compiled(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    try:
        return dict(con.execute(f"from {NODES}").fetchall())
    except duckdb.CatalogException:
        return {}


def _is_new(node: Mapping[str, Any], new: set[str], held: set[str]) -> bool:
    """A raw table that changed, or a relation that somebody dropped."""
    if node["resource_type"] == "source":
        return node["name"] in new
    return node["resource_type"] in RELATIONS and relation_of(node) not in held


def _is_compared(node: Mapping[str, Any]) -> bool:
    return bool(node.get("config", {}).get("meta", {}).get("compared"))


def _is_same(con: duckdb.DuckDBPyConnection, node: Mapping[str, Any], made: Mapping[str, str]) -> bool:
    """Would a model of few rows, whose parents are views of raw tables, come out as it is."""
    table, query = relation_of(node), made.get(node["unique_id"], "")
    differing = f"(from ({query}) except all from {table}) union all (from {table} except all from ({query}))"
    try:
        return bool(query) and not con.execute(differing).fetchall()
    except duckdb.Error:
        return False


def _with_descendants(begun: Iterable[str], nodes: Nodes, same: set[str]) -> set[str]:
    """All that rests on `begun`, without what is the same and what rests on that alone."""
    children: dict[str, list[str]] = {}
    for uid, node in nodes.items():
        for parent in node.get("depends_on", {}).get("nodes", ()):
            children.setdefault(parent, []).append(uid)
    found: set[str] = set()
    waiting = list(begun)
    while waiting:
        uid = waiting.pop()
        if uid not in found and uid not in same:
            found.add(uid)
            waiting += children.get(uid, ())
    return found
