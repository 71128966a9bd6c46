"""`macrotape ui`: the Dagster UI for a data folder."""

import os
import sys

import click


@click.command(short_help="The Dagster UI for this data folder.", context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def ui(options: tuple[str, ...]) -> None:
    """The Dagster UI for this data folder; OPTIONS (such as --port 3001) are passed to `dagster dev`."""
    from ingest.paths import project_folder
    from ingest.settings import Settings
    from orchestration.dbt.project import export_environment
    from orchestration.runtime.dagster_instance import prepare

    settings = Settings.from_env()
    settings.folder.check_writable()
    export_environment(settings)
    os.environ["DAGSTER_HOME"] = str(prepare(settings.folder.dagster_home))
    os.environ["MACROTAPE_HOME"] = str(settings.home)
    os.environ["MACROTAPE_PROJECT"] = str(project_folder())
    os.environ["PYTHONWARNINGS"] = "ignore"  # Dagster warns of its own beta features
    # Dagster warns of any dagster.yaml in the working directory that is not in DAGSTER_HOME
    os.chdir(os.environ["DAGSTER_HOME"])
    workspace = str(project_folder() / "workspace.yaml")
    command = [sys.executable, "-W", "ignore", "-m", "dagster", "dev", "-w", workspace, *options]
    os.execv(sys.executable, command)  # noqa: S606 - no shell, and signals reach Dagster itself
