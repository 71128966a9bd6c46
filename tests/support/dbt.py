"""Run dbt on a warehouse of a test's own, in a process of its own."""

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.macro import DBT_PROJECT

PARTIAL_PARSE = "partial_parse.msgpack"


def dbt(warehouse: Path, *arguments: str, project: Path = DBT_PROJECT) -> subprocess.CompletedProcess[str]:
    """Run one dbt command; its artefacts go beside the warehouse."""
    folder, parsed = warehouse.parent / "dbt", _kept() / PARTIAL_PARSE
    folder.mkdir(exist_ok=True)
    is_ours = project == DBT_PROJECT
    if is_ours and parsed.exists() and not (folder / PARTIAL_PARSE).exists():
        shutil.copy(parsed, folder)
    folders = {"--project-dir": project, "--profiles-dir": project, "--target-path": folder, "--log-path": folder}
    options = [str(word) for option in folders.items() for word in option]
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", *arguments, *options],
        # a path from here: dbt parses the whole project again where its profile names another file
        cwd=warehouse.parent,
        env={**os.environ, "MACROTAPE_WAREHOUSE": warehouse.name, "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if is_ours and not parsed.exists() and (folder / PARTIAL_PARSE).exists():
        shutil.copy(folder / PARTIAL_PARSE, parsed)
    return done


@functools.cache
def _kept() -> Path:
    """Where this process keeps what dbt made of the project, for the next warehouse."""
    folder = tempfile.mkdtemp(prefix="macrotape-dbt-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
