"""dbt in this process: quiet, with its artefacts outside the project, and letting go of the warehouse.

Starting `dbt` as a program costs an interpreter and its imports each time, more than the whole build.
The price of running it here is that dbt-duckdb keeps the file open after a command, and DuckDB lets one
process open a file in one way only: so every connection is closed before `invoke` returns.
"""

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ingest.errors import MacrotapeError

QUIET = ("--quiet", "--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-print")


class DbtError(MacrotapeError):
    """dbt could not even start its work: its message, cleaned for one reader."""


def invoke(
    command: Sequence[str],
    *,
    project_dir: Path,
    target: Path,
    engine: str = "duckdb",
    on_event: Callable[[Any], None] | None = None,
) -> Any:
    """Run one dbt command and return its result (a RunExecutionResult for build, a Manifest for parse).

    Args:
        command: the command and its own options, e.g. ("build", "--select", "marts").
        project_dir: folder of dbt_project.yml and profiles.yml.
        target: folder for manifest, compiled SQL, run results and logs.
        engine: the target of profiles.yml to build on.
        on_event: called with every dbt event, for progress.

    Raises:
        DbtError: the project does not compile or the warehouse cannot be opened; failing models and tests
            are part of the result instead.
    """
    from dbt.cli.main import dbtRunner

    folders = ("--project-dir", project_dir, "--profiles-dir", project_dir, "--target-path", target)
    command = [*command, "--target", engine]
    arguments = [*QUIET, "--log-path", str(target / "logs"), *command, *map(str, folders)]
    # a Spark Connect server refuses the settings that are its own, and says so at every connection
    warnings.filterwarnings("ignore", message="Failed to set spark")
    try:
        outcome = dbtRunner(callbacks=[on_event] if on_event else []).invoke(arguments)
    finally:
        release_warehouse()
    if outcome.exception is not None:
        _raise_interruption(outcome.exception)
        raise DbtError(_first_lines(str(outcome.exception))) from outcome.exception
    return outcome.result


def release_warehouse() -> None:
    """Close whatever dbt-duckdb still holds open in this process."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


def _raise_interruption(error: BaseException | None) -> None:
    """Let go on what somebody asked for, be it under the errors of dbt's own cleaning up."""
    while error is not None:
        if not isinstance(error, Exception):
            raise error
        error = error.__context__


def _first_lines(message: str, most: int = 12) -> str:
    lines = [line.strip() for line in message.strip().splitlines() if line.strip()]
    return "\n".join(lines[:most])
