"""The results of a dbt build as Dagster events: materializations, check results, and why it failed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
import duckdb

from orchestration.dbt.check_messages import failure_message
from orchestration.dbt.column_lineage import LineageCache
from orchestration.dbt.warehouse_facts import Facts, FactsError, Relation

NODE_ID = "dagster_dbt/unique_id"
BUILT = {"success", "no-op"}
MOST_NAMED = 5
SETTLED = {*BUILT, "pass"}
FAILED = {"error", "fail", "runtime error"}


@dataclass(frozen=True)
class Graph:
    """How dbt's names map to Dagster's: asset key by node, by relation; check key by test."""

    assets: Mapping[str, dg.AssetKey]
    relations: Mapping[str, dg.AssetKey]
    checks: Mapping[str, dg.AssetCheckKey]
    nodes: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, assets_def: dg.AssetsDefinition, manifest: Mapping[str, Any]) -> "Graph":
        """Read it off the definition, which carries each node's id, and the manifest."""
        nodes = {**manifest["nodes"], **manifest["sources"]}
        assets = {str(spec.metadata[NODE_ID]): spec.key for spec in assets_def.specs}
        assets |= {uid: dg.AssetKey([n["source_name"], n["name"]]) for uid, n in manifest["sources"].items()}
        return cls(
            assets=assets,
            relations={relation_of(nodes[uid]): key for uid, key in assets.items() if uid in nodes},
            checks={str(spec.metadata[NODE_ID]): spec.key for spec in assets_def.check_specs},
            nodes=nodes,
        )


def relation_of(node: Mapping[str, Any]) -> str:
    """schema.table of a model, seed or source."""
    return f"{node['schema']}.{node.get('identifier') or node.get('alias') or node['name']}"


def events_of(
    results: Any, unchanged: Mapping[str, str], graph: Graph, facts: Facts, lineage: LineageCache
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """One event per node that ran or that, unchanged, need not have; those Dagster does not know are left out."""
    relations = facts.relations()
    ran = {result.node.unique_id: result for result in results}
    for node_id in _parents_first(graph.nodes):
        result = ran.get(node_id)
        if node_id in graph.assets and (node_id in unchanged or _is_built(result)):
            did = {"seconds": round(result.execution_time, 3)} if result else {"unchanged": True}
            sql = sql_of(result) if result else unchanged[node_id]
            described = _relation_metadata(node_id, sql, graph, relations, lineage)
            yield dg.MaterializeResult(asset_key=graph.assets[node_id], metadata={**did, **described})
        elif check := graph.checks.get(node_id):
            if node_id in unchanged:
                yield dg.AssetCheckResult(
                    passed=True, asset_key=check.asset_key, check_name=check.name, metadata={"unchanged": True}
                )
            elif result and str(result.status) != "skipped":
                yield _check_result(result, check, graph.nodes[node_id], facts)
    lineage.save()


def _parents_first(nodes: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    """All nodes in an order that Dagster accepts."""
    return TopologicalSorter({uid: n.get("depends_on", {}).get("nodes", ()) for uid, n in nodes.items()}).static_order()


def _is_built(result: Any) -> bool:
    return result is not None and str(result.status) in BUILT


def reusable_nodes(results: Any) -> dict[str, str]:
    """Compiled SQL of the nodes that made their relation or passed; one that warned has to be looked at again."""
    return {r.node.unique_id: sql_of(r) for r in results if str(r.status) in SETTLED}


def sql_of(result: Any) -> str:
    """The SQL a node was made with; empty for a seed."""
    return getattr(result.node, "compiled_code", None) or ""


def failure_of(results: Any, graph: Graph) -> str | None:
    """Which nodes failed and how, for one reader, by the names Dagster shows; None when none did."""
    failed = [r for r in results if str(r.status) in FAILED]
    if not failed:
        return None
    skipped = sum(str(r.status) == "skipped" for r in results)
    lines = [f"{_shown(r.node, graph)}: {_reason(r, graph)}" for r in failed[:MOST_NAMED]]
    more = f"; and {len(failed) - MOST_NAMED} more" if len(failed) > MOST_NAMED else ""
    return f"{len(failed)} of {len(results)} dbt nodes failed, {skipped} were skipped: {'; '.join(lines)}{more}"


def _shown(node: Any, graph: Graph) -> str:
    if key := graph.checks.get(node.unique_id):
        return f"check {key.name} of {key.asset_key.to_user_string()}"
    return f"{node.resource_type.value} {node.name}"


def _reason(result: Any, graph: Graph) -> str:
    if result.failures and (key := graph.checks.get(result.node.unique_id)):
        return failure_message(graph.nodes.get(result.node.unique_id, {}), result.failures, key.asset_key.path[0])
    return _one_line(result.message)


def _relation_metadata(
    node_id: str, sql: str, graph: Graph, relations: Mapping[str, Relation], lineage: LineageCache
) -> dict[str, Any]:
    """Columns, rows, newest date and column lineage of a model or seed."""
    node = graph.nodes.get(node_id, {})
    relation = relations.get(relation_of(node)) if node else None
    metadata: dict[str, Any] = {}
    if relation is None:
        return metadata
    described = {name: c.get("description", "") for name, c in node.get("columns", {}).items()}
    metadata["dagster/column_schema"] = dg.TableSchema(
        columns=[dg.TableColumn(c, kind, description=described.get(c) or None) for c, kind in relation.columns.items()]
    )
    if relation.rows is not None:
        metadata["dagster/row_count"] = relation.rows
    if relation.last_date is not None:
        metadata["last_date"] = str(relation.last_date)
    deps = _column_deps(node, sql, graph, relations, lineage)
    if deps:
        metadata["dagster/column_lineage"] = dg.TableColumnLineage(deps_by_column=deps)
    return metadata


def _column_deps(
    node: Mapping[str, Any], sql: str, graph: Graph, relations: Mapping[str, Relation], lineage: LineageCache
) -> dict[str, list[dg.TableColumnDep]]:
    if not sql:
        return {}
    parents = [graph.nodes[uid] for uid in node["depends_on"]["nodes"] if uid in graph.nodes]
    read = {name: tuple(relations[name].columns) for name in map(relation_of, parents) if name in relations}
    return {
        column: [dg.TableColumnDep(graph.relations[r], c) for r, c in origins if r in graph.relations]
        for column, origins in lineage.origins(sql, read).items()
    }


def _check_result(result: Any, key: dg.AssetCheckKey, test: Mapping[str, Any], facts: Facts) -> dg.AssetCheckResult:
    """What a test came to: when it objects, against which rule, to which rows, and what to do."""
    status = str(result.status)
    metadata: dict[str, Any] = {"seconds": round(result.execution_time, 3)}
    description = None
    if status != "pass":
        rows, example = _objected(result, facts)
        metadata["failures"] = result.failures or 0
        metadata["rows"] = dg.MetadataValue.md(rows)
        metadata["query"] = dg.MetadataValue.md(f"```sql\n{sql_of(result)}\n```")
        description = _one_line(result.message)
        if result.failures:
            description = failure_message(test, result.failures, key.asset_key.path[0], example)
    return dg.AssetCheckResult(
        passed=status == "pass",
        asset_key=key.asset_key,
        check_name=key.name,
        severity=dg.AssetCheckSeverity.WARN if status == "warn" else dg.AssetCheckSeverity.ERROR,
        description=description,
        metadata=metadata,
    )


def _objected(result: Any, facts: Facts) -> tuple[str, str]:
    """The rows a test objects to as a table, and one of them in words."""
    try:
        return facts.sample(result.node.compiled_code), facts.example(result.node.compiled_code)
    except (duckdb.Error, FactsError, TypeError, AttributeError):
        return "The query of the test cannot be run; see its message.", ""


def _one_line(message: str | None) -> str:
    return " ".join((message or "no message").split())[:500]
