"""The raw and seed columns behind a column of a model, through all models between them."""

from collections.abc import Mapping, Sequence
from typing import Any

from orchestration.dbt.catalog import relation_name
from orchestration.dbt.column_lineage import LineageCache

Origin = tuple[str, str]  # relation as schema.table, column
ENDS = ("raw", "seeds")


class RawOrigins:
    """Follows columns upstream to raw tables and seeds; each column is resolved once."""

    def __init__(self, manifest: Mapping[str, Any], columns: Mapping[str, Sequence[str]], lineage: LineageCache):
        self._nodes = {**manifest["nodes"], **manifest["sources"]}
        self._ids = {relation_name(node): uid for uid, node in self._nodes.items() if "schema" in node}
        self._columns = columns
        self._lineage = lineage
        self._parents: dict[str, dict[str, list[Origin]]] = {}
        self._done: dict[Origin, frozenset[Origin]] = {}

    def of(self, relation: str, column: str) -> frozenset[Origin]:
        """The raw and seed columns behind a column; empty if there is none, e.g. for a constant."""
        key = (relation, column)
        if key not in self._done:
            self._done[key] = frozenset()
            if relation.split(".")[0] in ENDS:
                self._done[key] = frozenset({key})
            else:
                parents = self._direct(relation).get(column, [])
                self._done[key] = frozenset().union(*(self.of(r, c) for r, c in parents))
        return self._done[key]

    def text(self, node_id: str, column: str) -> str:
        """One line of Markdown: raw tables with the columns read from each, then seeds."""
        tables: dict[str, list[str]] = {}
        for relation, origin in sorted(self.of(relation_name(self._nodes[node_id]), column)):
            tables.setdefault(relation, []).append(origin)
        raw = [f"`{name}` ({', '.join(found)})" for name, found in tables.items() if name.startswith("raw.")]
        seeds = [f"`{name.split('.')[1]}`" for name in tables if name.startswith("seeds.")]
        sentences = [f"**From** (at most) {'; '.join(raw)}."] if raw else []
        sentences += [f"**Registry** {', '.join(seeds)}."] if seeds else []
        return " ".join(sentences)

    def _direct(self, relation: str) -> dict[str, list[Origin]]:
        if relation not in self._parents:
            node = self._nodes.get(self._ids.get(relation, ""), {})
            sql = node.get("compiled_code")
            parents = [
                relation_name(self._nodes[uid])
                for uid in node.get("depends_on", {}).get("nodes", [])
                if uid in self._nodes
            ]
            read = {name: tuple(self._columns[name]) for name in parents if name in self._columns}
            self._parents[relation] = self._lineage.origins(sql, read) if sql else {}
        return self._parents[relation]
