"""Run a macro of the dbt project on small tables: rendered by dbt, executed by DuckDB, nothing in between."""

import functools
import os
from pathlib import Path

import duckdb
import pandas as pd

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"


@functools.cache
def render(jinja: str, folder: str, target: str = "duckdb") -> str:
    """SQL that dbt makes of an inline template; `folder` takes dbt's artefacts and an empty warehouse."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ["MACROTAPE_WAREHOUSE"] = str(Path(folder) / "empty.duckdb")
    try:
        quiet = ["--quiet", "--no-print", "--log-level", "none"]
        folders = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
        artefacts = ["--target-path", folder, "--log-path", folder]
        how = ["--no-introspect", "--target", target]
        outcome = dbtRunner().invoke([*quiet, "compile", *how, "--inline", jinja, *folders, *artefacts])
    finally:
        DuckDBConnectionManager.close_all_connections()
    if not outcome.success:
        raise AssertionError(f"dbt could not render {jinja!r}: {outcome.exception}")
    return outcome.result.results[0].node.compiled_code


def run(jinja: str, folder: Path, **tables: pd.DataFrame) -> pd.DataFrame:
    """The rows the rendered query gives over `tables`, each registered under its name."""
    with duckdb.connect() as con:
        for name, frame in tables.items():
            con.register(name, frame)
        return con.execute(render(jinja, str(folder))).df()
