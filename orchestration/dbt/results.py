"""The results of a dbt build as Dagster events: a materialization of each table, a result of each check."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from orchestration.dbt.catalog import Catalog, CatalogError, Relation, relation_name
from orchestration.dbt.check_messages import failure_message, one_line
from orchestration.dbt.column_lineage import LineageCache
from orchestration.dbt.graph import DbtGraph
from orchestration.dbt.statuses import compiled_sql, is_built, is_skipped

Results = Mapping[str, Any]  # dbt's results of the nodes that ran, by unique id
Unchanged = Mapping[str, str]  # compiled SQL of the nodes that were reused, by unique id


def materializations(
    results: Results,
    unchanged: Unchanged,
    graph: DbtGraph,
    relations: Mapping[str, Relation],
    lineage: LineageCache,
) -> Iterator[dg.MaterializeResult[None]]:
    """One for each model and seed that was built or reused, parents first.

    A reused node is reported too: Dagster skips every step whose input was not reported.
    """
    for uid in graph.parents_first():
        result = results.get(uid)
        if uid not in graph.assets or not (uid in unchanged or (result and is_built(result))):
            continue
        sql = compiled_sql(result) if result else unchanged[uid]
        relation = relations.get(relation_name(graph.nodes[uid]))
        metadata: dict[str, Any] = {"seconds": round(result.execution_time, 3)} if result else {"unchanged": True}
        if relation:
            metadata |= _relation_metadata(graph.nodes[uid], relation)
            if deps := _column_deps(uid, sql, graph, relations, lineage):
                metadata["dagster/column_lineage"] = dg.TableColumnLineage(deps_by_column=deps)
        yield dg.MaterializeResult(asset_key=graph.assets[uid], metadata=metadata)
    lineage.save()


def check_results(
    results: Results, unchanged: Unchanged, graph: DbtGraph, catalog: Catalog
) -> Iterator[dg.AssetCheckResult]:
    """One for each data test that ran or was reused; none for a test that dbt skipped."""
    for uid, key in graph.checks.items():
        result = results.get(uid)
        if uid in unchanged:
            yield dg.AssetCheckResult(
                passed=True, asset_key=key.asset_key, check_name=key.name, metadata={"unchanged": True}
            )
        elif result and not is_skipped(result):
            yield _check_result(result, graph, catalog)


def _check_result(result: Any, graph: DbtGraph, catalog: Catalog) -> dg.AssetCheckResult:
    """The result of one data test; a failed one says what is wrong, in which rows, and what to do."""
    uid = result.node.unique_id
    key = graph.checks[uid]
    passed = str(result.status) == "pass"
    metadata: dict[str, Any] = {"seconds": round(result.execution_time, 3)}
    description = None
    if not passed:
        sample, example = _failing_rows(result, catalog)
        metadata["failures"] = result.failures or 0
        metadata["rows"] = dg.MetadataValue.md(sample)
        metadata["query"] = dg.MetadataValue.md(f"```sql\n{compiled_sql(result)}\n```")
        description = one_line(result.message)
        if result.failures:
            description = failure_message(graph.nodes[uid], result.failures, graph.tested_node(uid), example)
    return dg.AssetCheckResult(
        passed=passed,
        asset_key=key.asset_key,
        check_name=key.name,
        severity=dg.AssetCheckSeverity.WARN if str(result.status) == "warn" else dg.AssetCheckSeverity.ERROR,
        description=description,
        metadata=metadata,
    )


def _relation_metadata(node: Mapping[str, Any], relation: Relation) -> dict[str, Any]:
    descriptions = {name: column.get("description") or None for name, column in node.get("columns", {}).items()}
    columns = [dg.TableColumn(c, kind, description=descriptions.get(c)) for c, kind in relation.columns.items()]
    metadata: dict[str, Any] = {"dagster/column_schema": dg.TableSchema(columns=columns)}
    if relation.rows is not None:
        metadata["dagster/row_count"] = relation.rows
    if relation.last_date is not None:
        metadata["last_date"] = str(relation.last_date)
    return metadata


def _column_deps(
    uid: str, sql: str, graph: DbtGraph, relations: Mapping[str, Relation], lineage: LineageCache
) -> dict[str, list[dg.TableColumnDep]]:
    if not sql:
        return {}
    names = map(relation_name, graph.parents(uid))
    columns = {name: tuple(relations[name].columns) for name in names if name in relations}
    keys = graph.assets_by_relation
    return {
        column: [dg.TableColumnDep(keys[relation], name) for relation, name in origins if relation in keys]
        for column, origins in lineage.origins(sql, columns).items()
    }


def _failing_rows(result: Any, catalog: Catalog) -> tuple[str, str]:
    """The rows a test returned as a table, and the first of them in one line."""
    try:
        return catalog.sample(compiled_sql(result)), catalog.example(compiled_sql(result))
    except CatalogError:
        return "The query of the test cannot be run; see its message.", ""
