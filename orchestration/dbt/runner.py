"""Runs dbt in this process: without output, with its artifacts outside the project.

Starting `dbt` as a program costs an interpreter and its imports each time (docs/adr/0001-dbt-in-process.md). In the
process, dbt-duckdb keeps the file open after a command, and DuckDB lets one process open a file in one mode only. So
every connection is closed before `invoke` returns.
"""

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ingest.errors import MacrotapeError

QUIET = ("--quiet", "--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-print")


class DbtError(MacrotapeError):
    """dbt could not start the build; its text is dbt's message."""


def invoke(
    command: Sequence[str],
    *,
    project_dir: Path,
    target: Path,
    engine: str = "duckdb",
    parsed: Path | None = None,
    on_event: Callable[[Any], None] | None = None,
) -> Any:
    """Run one dbt command and return its result (a RunExecutionResult for build, a Manifest for parse).

    Args:
        command: the command and its own options, e.g. ("build", "--select", "marts").
        project_dir: folder of dbt_project.yml and profiles.yml.
        target: folder for manifest, compiled SQL, run results and logs.
        engine: name of the target in profiles.yml.
        parsed: dbt's file of the parsed project, if it is known to be current. Without it dbt reads and compares every
            file, and parses all of them where the path of the warehouse is another one.
        on_event: called with every dbt event.

    Raises:
        DbtError: the project does not compile or the warehouse cannot be opened. Failed models and tests are part of
            the result instead.
    """
    from dbt.cli.main import dbtRunner

    folders = ("--project-dir", project_dir, "--profiles-dir", project_dir, "--target-path", target)
    command = [*command, "--target", engine]
    arguments = [*QUIET, "--log-path", str(target / "logs"), *command, *map(str, folders)]
    # a Spark Connect server rejects some settings, with a warning at every connection
    warnings.filterwarnings("ignore", message="Failed to set spark")
    try:
        runner = dbtRunner(manifest=_manifest(parsed) if parsed else None, callbacks=[on_event] if on_event else [])
        outcome = runner.invoke(arguments)
    finally:
        release_warehouse()
    if outcome.exception is not None:
        _raise_interruption(outcome.exception)
        raise DbtError(_first_lines(str(outcome.exception))) from outcome.exception
    return outcome.result


def _manifest(parsed: Path) -> Any:
    from dbt.contracts.graph.manifest import Manifest

    manifest = Manifest.from_msgpack(parsed.read_bytes())
    manifest.build_flat_graph()  # what templates see as `graph`; dbt builds it when it parses
    return manifest


def release_warehouse() -> None:
    """Close every connection of dbt-duckdb in this process."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


def _raise_interruption(error: BaseException | None) -> None:
    """Raise an interruption (Ctrl-C, exit) that dbt has wrapped in errors of its own clean-up."""
    while error is not None:
        if not isinstance(error, Exception):
            raise error
        error = error.__context__


def _first_lines(message: str, max_lines: int = 12) -> str:
    lines = [line.strip() for line in message.strip().splitlines() if line.strip()]
    return "\n".join(lines[:max_lines])
