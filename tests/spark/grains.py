"""What identifies a row of each mart, as dbt's own tests say it."""

import json
from pathlib import Path


def grains_of(manifest: Path) -> dict[str, list[str]]:
    """Columns of the test `unique_combination_of_columns` of every mart, by mart."""
    nodes = json.loads(manifest.read_text())["nodes"]
    tests = [
        n
        for n in nodes.values()
        if n.get("test_metadata", {}).get("name") == "unique_combination_of_columns" and n["attached_node"]
    ]
    return {
        nodes[test["attached_node"]]["name"]: test["test_metadata"]["kwargs"]["combination_of_columns"]
        for test in tests
        if nodes[test["attached_node"]]["schema"] == "marts"
    }
