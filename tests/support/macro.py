"""Run a macro of the dbt project on small tables: rendered by dbt, executed by DuckDB, nothing in between."""

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"
_manifests: dict[str, "Manifest"] = {}


@functools.cache
def render(jinja: str, folder: str, target: str = "duckdb") -> str:
    """SQL that dbt makes of an inline template; `folder` takes dbt's artefacts and an empty warehouse."""
    outcome = _invoke(folder, target, "compile", "--no-introspect", "--inline", jinja, manifest=_parsed(folder, target))
    if not outcome.success:
        raise AssertionError(f"dbt could not render {jinja!r}: {outcome.exception}")
    return outcome.result.results[0].node.compiled_code


def _parsed(folder: str, target: str) -> "Manifest":
    """The project, parsed once a process and target: that takes ten times what a macro takes to render."""
    if target not in _manifests:
        parsed = _invoke(folder, target, "parse")
        assert parsed.success, parsed.exception
        _manifests[target] = parsed.result
    return _manifests[target]


def _invoke(folder: str, target: str, *command: str, manifest: "Manifest | None" = None) -> "dbtRunnerResult":
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ["MACROTAPE_WAREHOUSE"] = str(Path(folder) / "empty.duckdb")
    os.environ["MACROTAPE_SPARK_WAREHOUSE"] = str(Path(folder) / "spark")
    os.environ["MACROTAPE_SPARK_METASTORE"] = f"jdbc:derby:;databaseName={folder}/metastore;create=true"
    try:
        quiet = ["--quiet", "--no-print", "--log-level", "none"]
        folders = ["--target", target, "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
        artefacts = ["--target-path", folder, "--log-path", folder]
        return dbtRunner(manifest=manifest).invoke([*quiet, *command, *folders, *artefacts])
    finally:
        DuckDBConnectionManager.close_all_connections()


def run(jinja: str, folder: Path, **tables: pd.DataFrame) -> pd.DataFrame:
    """The rows the rendered query gives over `tables`, each registered under its name."""
    with duckdb.connect() as con:
        for name, frame in tables.items():
            con.register(name, frame)
        return con.execute(render(jinja, str(folder))).df()
