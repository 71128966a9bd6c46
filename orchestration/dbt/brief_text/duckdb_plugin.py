"""The plugin of dbt-duckdb, named in profiles.yml, that gives models the text functions."""

import atexit

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from orchestration.dbt.brief_text.functions import add_text_functions


class Plugin(BasePlugin):  # type: ignore[misc]
    """Called by dbt-duckdb for each database it opens."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Add the functions."""
        add_text_functions(conn)
        atexit.register(conn.close)  # a function that still exists when Python ends is reported as a leak
