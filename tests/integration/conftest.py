"""Whole runs, as a user makes them: the program in a process of its own, a data folder of its own."""

from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest

from orchestration.publishing.release import Release, read_release
from tests.support import homes
from tests.support.settings import settings  # noqa: F401


class Home:
    """A data folder and the program that works in it."""

    def __init__(self, path: Path):
        self.path = path

    def macrotape(self, *arguments: str, **variables: str) -> CompletedProcess[str]:
        return homes.macrotape(self.path, *arguments, **variables)

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
