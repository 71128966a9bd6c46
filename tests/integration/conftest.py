"""Whole runs, as a user makes them: the program in a process of its own, a data folder of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.release import Release, read_release

PROJECT = Path(__file__).parents[2]
PROGRAM = "import sys; from orchestration.cli import main; main(prog_name='macrotape')"


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    status: int
    stdout: str
    stderr: str


class Home:
    """A data folder and the program that works in it."""

    def __init__(self, path: Path):
        self.path = path

    def macrotape(self, *arguments: str, **variables: str) -> Outcome:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MACROTAPE_", "DAGSTER_"))}
        environment |= {"MACROTAPE_HOME": str(self.path), **variables}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        return Outcome(done.returncode, done.stdout, done.stderr)

    @property
    def release(self) -> Release:
        return read_release(self.path / "current")

    def marts(self, query: str) -> list[tuple]:
        """Ask the published release."""
        with duckdb.connect(str(self.release.database), read_only=True) as con:
            return con.execute(query).fetchall()

    def warehouse(self, query: str, *, write: bool = False) -> list[tuple]:
        with duckdb.connect(str(self.path / "warehouse.duckdb"), read_only=not write) as con:
            return con.execute(query).fetchall()


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))
