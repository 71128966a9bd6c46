"""The versions a release is built with."""

import platform
from importlib.metadata import version

from ingest.settings import Settings

STACK = ("macrotape", "duckdb", "dbt-core", "dbt-duckdb", "dagster")
ON_SPARK = ("dbt-spark", "pyspark")


def versions(settings: Settings) -> dict[str, str]:
    """Versions by name, for the manifest of a release; macrotape's own is the one in pyproject.toml."""
    stack = STACK + ON_SPARK if settings.is_on_spark else STACK
    return {**{name: version(name) for name in stack}, "python": platform.python_version()}
