"""The renderers as SQL functions of DuckDB."""

import duckdb

from orchestration.dbt.brief_text.render import render_brief, render_headline
from orchestration.dbt.brief_text.templates import template_hash


def add_text_functions(con: duckdb.DuckDBPyConnection) -> None:
    """Add `headline_text(facts)`, `brief_text(facts)` and `text_template_hash()` to the database of a connection."""
    con.create_function("headline_text", render_headline, ["VARCHAR"], "VARCHAR")
    con.create_function("brief_text", render_brief, ["VARCHAR"], "VARCHAR")
    con.create_function("text_template_hash", template_hash, [], "VARCHAR")
