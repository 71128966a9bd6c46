"""The versions a release is made with."""

import platform
import tomllib
from importlib.metadata import version

from ingest.settings import PROJECT_ROOT

STACK = ("duckdb", "dbt-core", "dbt-duckdb", "dagster")


def macrotape_version() -> str:
    """Version of this project, as pyproject.toml says: it runs from its sources."""
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def versions() -> dict[str, str]:
    """Versions by name, for the manifest of a release."""
    return {"macrotape": macrotape_version(), **{n: version(n) for n in STACK}, "python": platform.python_version()}
