"""Why a dbt build failed, in one line for the log, by the names Dagster shows."""

from collections.abc import Sequence
from typing import Any

from orchestration.dbt.check_messages import failure_message, one_line
from orchestration.dbt.graph import DbtGraph
from orchestration.dbt.statuses import is_failed, is_skipped

MAX_NAMED = 5


def build_failure_message(results: Sequence[Any], graph: DbtGraph) -> str | None:
    """Which nodes failed and why; None if none did."""
    failed = [result for result in results if is_failed(result)]
    if not failed:
        return None
    skipped = sum(map(is_skipped, results))
    reasons = [f"{_node_name(result, graph)}: {_reason(result, graph)}" for result in failed[:MAX_NAMED]]
    more = f"; and {len(failed) - MAX_NAMED} more" if len(failed) > MAX_NAMED else ""
    return f"{len(failed)} of {len(results)} dbt nodes failed, {skipped} were skipped: {'; '.join(reasons)}{more}"


def _node_name(result: Any, graph: DbtGraph) -> str:
    if key := graph.checks.get(result.node.unique_id):
        return f"check {key.name} of {key.asset_key.to_user_string()}"
    return f"{result.node.resource_type.value} {result.node.name}"


def _reason(result: Any, graph: DbtGraph) -> str:
    uid = result.node.unique_id
    if result.failures and uid in graph.checks:
        return failure_message(graph.nodes[uid], result.failures, graph.tested_node(uid))
    return one_line(result.message)
