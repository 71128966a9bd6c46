"""Every seed, model and data test of the dbt project, as one multi-asset.

One, because DuckDB has one writer and dbt orders its own graph best. A run makes what rests on a raw table that
changed since the last one, and says of the rest that it is as it was. Unit tests say something about the code and
not about today's data: they run with the tests, not with the run.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from ingest.settings import Settings
from orchestration.dbt import build_state
from orchestration.dbt.project import DBT_DIR, dbt_target, ensure_manifest, project_fingerprint, warm
from orchestration.dbt.results import Graph, events_of, failure_of, reusable_nodes
from orchestration.dbt.runner import DbtError, invoke
from orchestration.dbt.translator import MacrotapeTranslator
from orchestration.defs.resources import POOL, IngestResource
from orchestration.publishing.engine import facts_of, lineage_of
from orchestration.runtime.progress import LOGGER as PROGRESS

ENGINE = Settings.from_env().engine
MANIFEST: dict[str, Any] = json.loads(ensure_manifest().read_text(encoding="utf-8"))


@dbt_assets(manifest=MANIFEST, name="dbt", pool=POOL, dagster_dbt_translator=MacrotapeTranslator(ENGINE))  # type: ignore[untyped-decorator]
def dbt_models(
    context: dg.AssetExecutionContext, ingest: IngestResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Build what is selected and not as it was, then report each model and test; fail when any of them failed."""
    graph = Graph.of(context.assets_def, MANIFEST)
    settings = ingest.settings
    target = warm(dbt_target(settings), settings)
    plan = build_state.plan_build(settings.warehouse, f"{settings.engine} {project_fingerprint()}", graph.nodes)
    unchanged = {} if context.is_subset else plan.unchanged
    selection = _selection(context, graph) if context.is_subset else _rest(graph, unchanged)
    command = ["build", "--exclude-resource-type", "unit_test", *selection]
    try:
        results = invoke(
            command, project_dir=DBT_DIR, target=target, engine=settings.engine, on_event=_show_progress
        ).results
    except DbtError as error:
        raise dg.Failure(f"dbt could not build: {error}", allow_retries=False) from error
    with facts_of(settings) as facts:
        yield from events_of(results, unchanged, graph, facts, lineage_of(settings))
    if problem := failure_of(results, graph):
        raise dg.Failure(problem, allow_retries=False)
    if not context.is_subset:
        build_state.record_build(settings.warehouse, plan.input_fingerprint, {**unchanged, **reusable_nodes(results)})


def _show_progress(event: Any) -> None:
    """Tell the terminal what dbt has finished; the event log of Dagster hears of it once, from the results."""
    if event.info.name in ("LogModelResult", "LogSeedResult"):
        done = event.data
        logging.getLogger(PROGRESS).debug(f"dbt  {done.index}/{done.total} {done.node_info.node_name}")


def _selection(context: dg.AssetExecutionContext, graph: Graph) -> list[str]:
    """Arguments of dbt for a part of the graph chosen in the UI; none for the whole.

    Exactly the chosen checks run beside the chosen models, as Dagster expects it of them, and the tests on
    the sources those models read.
    """
    if not context.is_subset:
        return []
    chosen = {uid for uid, key in graph.assets.items() if key in context.selected_asset_keys}
    upstream = {graph.assets[p] for uid in chosen for p in graph.nodes[uid].get("depends_on", {}).get("nodes", [])}
    chosen |= {
        uid
        for uid, key in graph.checks.items()
        if key in context.selected_asset_check_keys or key.asset_key in upstream
    }
    return _only(chosen, graph)


def _rest(graph: Graph, unchanged: Mapping[str, str]) -> list[str]:
    """Arguments of dbt for all that is not as it was; none for the whole."""
    chosen = {uid for uid, node in graph.nodes.items() if node["resource_type"] != "source" and uid not in unchanged}
    return _only(chosen, graph) if unchanged else []


def _only(chosen: Iterable[str], graph: Graph) -> list[str]:
    return ["--indirect-selection", "empty", "--select", *(_fqn(graph.nodes[uid]) for uid in sorted(chosen))]


def _fqn(node: Any) -> str:
    return "fqn:" + ".".join(node["fqn"])
