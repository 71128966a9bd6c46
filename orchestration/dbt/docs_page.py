"""lineage.html: the documentation site of dbt as one page that needs no server and no network.

`dbt docs generate --static` would parse the project again and query the catalog of every schema. Here dbt's own page
gets the manifest of the last build and the relations that were counted after it.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from orchestration.dbt.catalog import Relation, relation_name
from orchestration.dbt.column_lineage import LineageCache
from orchestration.dbt.raw_origins import RawOrigins

SLOTS = ("MANIFEST.JSON INLINE DATA", "CATALOG.JSON INLINE DATA")

LOCAL_PATHS = ("root_path", "build_path", "compiled_path")  # paths of this machine are not published


def write_lineage_page(
    path: Path, manifest: Path, compiled: Mapping[str, str], relations: Mapping[str, Relation], lineage: LineageCache
) -> None:
    """Write the page.

    Args:
        path: the file to write.
        manifest: dbt's manifest.json.
        compiled: the SQL each node was last built with, by unique id.
        relations: the existing tables and views, by schema.table.
        lineage: origins of columns, used to describe each column's raw columns.
    """
    graph = json.loads(manifest.read_text(encoding="utf-8"))
    for node_id, sql in compiled.items():
        if sql and node_id in graph["nodes"]:
            graph["nodes"][node_id]["compiled_code"] = sql
    _describe_origins(graph, relations, lineage)
    for node in graph["nodes"].values():
        for name in LOCAL_PATHS:
            node.pop(name, None)
    page = (files("dbt.task.docs") / "index.html").read_text(encoding="utf-8")
    for slot, content in zip(SLOTS, (graph, catalog_of(graph, relations)), strict=True):
        page = page.replace(f'"{slot}"', _inline(content))
    path.write_text(page, encoding="utf-8")


def catalog_of(manifest: Mapping[str, Any], relations: Mapping[str, Relation]) -> dict[str, Any]:
    """The catalog dbt would write: columns and rows of every node that is a relation."""
    catalog: dict[str, Any] = {"metadata": {}, "nodes": {}, "sources": {}, "errors": None}
    for section in ("nodes", "sources"):
        for node_id, node in manifest[section].items():
            relation = relations.get(relation_name(node))
            if relation and node["resource_type"] in ("model", "seed", "source"):
                catalog[section][node_id] = _entry(node_id, node, relation)
    return catalog


def _describe_origins(graph: dict[str, Any], relations: Mapping[str, Relation], lineage: LineageCache) -> None:
    """Add the raw columns behind each column of a model to its description."""
    origins = RawOrigins(graph, {name: tuple(r.columns) for name, r in relations.items()}, lineage)
    for node in graph["nodes"].values():
        relation = relations.get(relation_name(node)) if node["resource_type"] == "model" else None
        for name in relation.columns if relation else ():
            if text := origins.text(node["unique_id"], name):
                column = node["columns"].setdefault(name, {"name": name, "description": "", "meta": {}, "tags": []})
                column["description"] = f"{column['description']}\n\n{text}".strip()


def _entry(node_id: str, node: Mapping[str, Any], relation: Relation) -> dict[str, Any]:
    stats = {"has_stats": _stat("has_stats", "Has Stats?", relation.rows is not None, False)}
    if relation.rows is not None:
        stats["num_rows"] = _stat("num_rows", "# Rows", relation.rows, True)
    schema, name = relation.name.split(".", 1)
    columns = {
        c: {"name": c, "type": t, "index": i, "comment": None} for i, (c, t) in enumerate(relation.columns.items(), 1)
    }
    return {
        "unique_id": node_id,
        "metadata": {
            "type": relation.kind.upper(),
            "schema": schema,
            "name": name,
            "database": node.get("database"),
            "comment": None,
            "owner": None,
        },
        "columns": columns,
        "stats": stats,
    }


def _stat(name: str, label: str, value: object, include: bool) -> dict[str, object]:
    return {"id": name, "label": label, "value": value, "include": include, "description": label}


def _inline(content: object) -> str:
    """JSON that is safe inside a script element."""
    return json.dumps(content).replace("</", "<\\/")
