"""The versions a release is made with."""

import platform
import tomllib
from importlib.metadata import version

from ingest.settings import PROJECT_ROOT, Settings

STACK = ("duckdb", "dbt-core", "dbt-duckdb", "dagster")
ON_SPARK = ("dbt-spark", "pyspark")


def macrotape_version() -> str:
    """Version of this project, as pyproject.toml says: it runs from its sources."""
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def versions(settings: Settings) -> dict[str, str]:
    """Versions by name, for the manifest of a release."""
    stack = STACK + ON_SPARK if settings.is_on_spark else STACK
    return {"macrotape": macrotape_version(), **{n: version(n) for n in stack}, "python": platform.python_version()}
