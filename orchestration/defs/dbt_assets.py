"""Every seed, model and data test of the dbt project, as one multi-asset.

One, because DuckDB allows one writer and dbt orders its own graph. A run rebuilds what is downstream of a raw table
that changed since the last build, and reports the other nodes as unchanged. Unit tests check the code, not the day's
data: they run with the tests of this repository.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets
from dagster_dbt.asset_utils import get_subset_selection_for_context

from ingest.settings import Settings
from orchestration.dbt import build_state
from orchestration.dbt.catalog import open_catalog
from orchestration.dbt.column_lineage import lineage_cache
from orchestration.dbt.failure import build_failure_message
from orchestration.dbt.graph import DbtGraph
from orchestration.dbt.project import DBT_DIR, dbt_target, ensure_manifest, parsed_project, project_fingerprint
from orchestration.dbt.results import check_results, materializations
from orchestration.dbt.runner import DbtError, invoke
from orchestration.dbt.statuses import reusable_nodes
from orchestration.dbt.translator import MacrotapeTranslator
from orchestration.defs.errors import explained_errors
from orchestration.defs.resources import POOL, IngestResource
from orchestration.runtime.progress import LOGGER as PROGRESS

TRANSLATOR = MacrotapeTranslator(Settings.from_env().engine)
MANIFEST: dict[str, Any] = json.loads(ensure_manifest().read_text(encoding="utf-8"))


@dbt_assets(manifest=MANIFEST, name="dbt", pool=POOL, dagster_dbt_translator=TRANSLATOR)  # type: ignore[untyped-decorator]
def dbt_models(
    context: dg.AssetExecutionContext, ingest: IngestResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Build the selected nodes that changed, then report every model and test; fail when one of them failed."""
    with explained_errors(ingest.settings.home):
        yield from _build(context, ingest.settings)


def _build(
    context: dg.AssetExecutionContext, settings: Settings
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    graph = DbtGraph.of(context.assets_def, MANIFEST)
    plan = build_state.plan_build(settings.folder.warehouse, f"{settings.engine} {project_fingerprint()}", graph.nodes)
    unchanged = {} if context.is_subset else plan.unchanged
    selection = _chosen_nodes(context) if context.is_subset else _changed_nodes(graph, unchanged)
    command = ["build", "--exclude-resource-type", "unit_test", *selection]
    try:
        results = invoke(
            command,
            project_dir=DBT_DIR,
            target=dbt_target(settings),
            engine=settings.engine,
            parsed=parsed_project(settings),
            on_event=_show_progress,
        ).results
    except DbtError as error:
        raise dg.Failure(f"dbt could not build: {error}", allow_retries=False) from error
    by_id = {result.node.unique_id: result for result in results}
    with open_catalog(settings) as catalog:
        yield from materializations(by_id, unchanged, graph, catalog.relations(), lineage_cache(settings))
        yield from check_results(by_id, unchanged, graph, catalog)
    if problem := build_failure_message(results, graph):
        raise dg.Failure(problem, allow_retries=False)
    if not context.is_subset:
        build_state.record_build(
            settings.folder.warehouse, plan.input_fingerprint, {**unchanged, **reusable_nodes(results)}
        )


def _show_progress(event: Any) -> None:
    """Log what dbt has finished; Dagster's event log gets it once, from the results."""
    if event.info.name in ("LogModelResult", "LogSeedResult"):
        done = event.data
        logging.getLogger(PROGRESS).debug(f"dbt  {done.index}/{done.total} {done.node_info.node_name}")


def _chosen_nodes(context: dg.AssetExecutionContext) -> list[str]:
    """Dbt's arguments for the assets and checks chosen in the UI."""
    selection, indirect = get_subset_selection_for_context(
        context=context,
        manifest=MANIFEST,
        select=None,
        exclude=None,
        selector=None,
        dagster_dbt_translator=TRANSLATOR,
        current_dbt_indirect_selection_env=None,
    )
    return [*(("--indirect-selection", indirect) if indirect else ()), *selection]


def _changed_nodes(graph: DbtGraph, unchanged: Mapping[str, str]) -> list[str]:
    """Dbt's arguments for all nodes but the unchanged ones; none for the whole project.

    The shorter of the two lists: dbt compares each name with every node, several times.
    """
    left_out = sorted(uid for uid in graph.nodes if uid in unchanged)
    changed = sorted(uid for uid in graph.nodes if uid not in unchanged and not uid.startswith("source."))
    if not left_out:
        return []
    option, chosen = ("--exclude", left_out) if len(left_out) < len(changed) else ("--select", changed)
    return ["--indirect-selection", "empty", option, *("fqn:" + ".".join(graph.nodes[uid]["fqn"]) for uid in chosen)]
