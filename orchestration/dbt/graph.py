"""Which Dagster asset or check each node of the dbt project is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg

from orchestration.dbt.catalog import relation_name

UNIQUE_ID = "dagster_dbt/unique_id"  # where dagster-dbt keeps a node's id in the metadata of a spec


@dataclass(frozen=True)
class DbtGraph:
    """Nodes of the manifest by unique id, with the asset keys and check keys they have in Dagster."""

    nodes: Mapping[str, Mapping[str, Any]]
    assets: Mapping[str, dg.AssetKey]  # by unique id
    assets_by_relation: Mapping[str, dg.AssetKey]  # by schema.table
    checks: Mapping[str, dg.AssetCheckKey]  # by unique id

    @classmethod
    def of(cls, assets_def: dg.AssetsDefinition, manifest: Mapping[str, Any]) -> "DbtGraph":
        """The graph of a manifest and the multi-asset made from it; the selected part of it in a subset."""
        nodes = {**manifest["nodes"], **manifest["sources"]}
        assets = {str(spec.metadata[UNIQUE_ID]): spec.key for spec in assets_def.specs}
        assets |= {uid: dg.AssetKey([n["source_name"], n["name"]]) for uid, n in manifest["sources"].items()}
        return cls(
            nodes=nodes,
            assets=assets,
            assets_by_relation={relation_name(nodes[uid]): key for uid, key in assets.items() if uid in nodes},
            checks={str((spec.metadata or {})[UNIQUE_ID]): spec.key for spec in assets_def.check_specs},
        )

    def parents(self, unique_id: str) -> list[Mapping[str, Any]]:
        """The nodes and sources a node reads."""
        return [self.nodes[uid] for uid in self._parent_ids(unique_id) if uid in self.nodes]

    def tested_node(self, unique_id: str) -> Mapping[str, Any] | None:
        """The node whose asset a test is a check of; None if it is outside of the selected part."""
        key = self.checks[unique_id].asset_key
        return next((self.nodes[uid] for uid, asset_key in self.assets.items() if asset_key == key), None)

    def parents_first(self) -> Iterable[str]:
        """All unique ids, each after those it depends on."""
        return TopologicalSorter({uid: self._parent_ids(uid) for uid in self.nodes}).static_order()

    def _parent_ids(self, unique_id: str) -> list[str]:
        found: list[str] = self.nodes[unique_id].get("depends_on", {}).get("nodes", [])
        return found
