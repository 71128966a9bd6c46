"""Building the project outside a Dagster run: for a replay, or a rebuild of the past."""

from ingest.settings import Settings
from orchestration.dbt.project import DBT_DIR, dbt_target, ensure_manifest, export_environment, parsed_project
from orchestration.dbt.runner import DbtError, invoke
from orchestration.dbt.statuses import is_failed


def build_marts(settings: Settings) -> None:
    """Build every seed and model on the warehouse of `settings`; run no test and publish nothing.

    Raises:
        DbtError: a model cannot be built.
    """
    _build_without(settings, "unit_test", "test")


def build_and_test_marts(settings: Settings) -> None:
    """Build every seed and model and run every data test; publish nothing.

    Raises:
        DbtError: a model cannot be built or a test fails.
    """
    _build_without(settings, "unit_test")


def _build_without(settings: Settings, *resource_types: str) -> None:
    ensure_manifest(settings)
    export_environment(settings)
    command = ["build", *(option for kind in resource_types for option in ("--exclude-resource-type", kind))]
    target, parsed = dbt_target(settings), parsed_project(settings)
    results = invoke(command, project_dir=DBT_DIR, target=target, engine=settings.engine, parsed=parsed).results
    failed = [f"{r.node.name}: {' '.join(str(r.message).split())}" for r in results if is_failed(r)]
    if failed:
        raise DbtError(f"{len(failed)} dbt nodes failed: {'; '.join(failed[:5])}")
