"""`make raw-sources`: the dbt sources of the raw tables, written from the registry.

Columns, types, descriptions and the test of the grain are the registry's. Other tests, and whatever else is in the
YAML, are written there by hand and kept.
"""

from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from ingest.registry.raw_schema import PROVENANCE, RawTable
from ingest.registry.raw_tables import TABLES
from tests.support.macro import DBT_PROJECT

STAGING = DBT_PROJECT / "models" / "staging"
GENERATED = "# From ingest/registry/raw_tables.py, the tests of columns aside: edit it, then `make raw-sources`.\n"


class _Indented(yaml.SafeDumper):  # type: ignore[misc]  # PyYAML comes without types
    """Indents the items of a list, as the other YAML of the project does."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def source_files() -> dict[Path, str]:
    """Text of every file of dbt sources, by its path; one file a publisher."""
    by_publisher = groupby(sorted(TABLES.values(), key=publisher_of), publisher_of)
    return {
        (path := STAGING / publisher / f"_{publisher}__sources.yml"): _text(path, list(tables))
        for publisher, tables in by_publisher
    }


def publisher_of(table: RawTable) -> str:
    return table.name.partition("__")[0]


def _text(path: Path, tables: list[RawTable]) -> str:
    written = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"][0]["tables"] if path.exists() else []
    by_name = {table["name"]: table for table in written}
    source = {
        "name": "raw",
        "schema": "raw",
        "description": "Append-only versions as landed, one table a document kind.",
        "tables": [_declared(table, by_name.get(table.name, {})) for table in tables],
    }
    return GENERATED + yaml.dump({"sources": [source]}, Dumper=_Indented, sort_keys=False, width=10_000)


def _declared(table: RawTable, written: dict[str, Any]) -> dict[str, Any]:
    grain = {"unique_combination_of_columns": {"arguments": {"combination_of_columns": [*table.grain, "landing_id"]}}}
    other_tests = [test for test in written.get("data_tests", []) if "unique_combination_of_columns" not in test]
    by_name = {column["name"]: column for column in written.get("columns", [])}
    columns = [
        {
            "name": column.name,
            "data_type": column.type.lower(),
            "description": column.description,
            **_by_hand(by_name.get(column.name, {}), "data_type"),
        }
        for column in (*table.columns, *PROVENANCE)
    ]
    return {
        "name": table.name,
        "description": table.description,
        "data_tests": [grain, *other_tests],
        **_by_hand(written, "data_tests", "columns"),
        "columns": columns,
    }


def _by_hand(written: dict[str, Any], *generated: str) -> dict[str, Any]:
    return {key: value for key, value in written.items() if key not in ("name", "description", *generated)}


if __name__ == "__main__":
    for path, text in source_files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
