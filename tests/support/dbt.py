"""Run dbt on a warehouse of a test's own, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.macro import DBT_PROJECT


def dbt(warehouse: Path, *arguments: str, project: Path = DBT_PROJECT) -> subprocess.CompletedProcess[str]:
    """Run one dbt command; its artefacts go beside the warehouse."""
    folder = warehouse.parent / "dbt"
    folders = {"--project-dir": project, "--profiles-dir": project, "--target-path": folder, "--log-path": folder}
    options = [str(word) for option in folders.items() for word in option]
    return subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", *arguments, *options],
        env={**os.environ, "MACROTAPE_WAREHOUSE": str(warehouse), "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
