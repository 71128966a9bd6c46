"""How a dbt node becomes a Dagster asset, decided by its folder and its YAML."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

from orchestration.dbt.check_messages import check_description, check_name

OWNERS = ["team:macrotape"]


class MacrotapeTranslator(DagsterDbtTranslator):  # type: ignore[misc]
    """Group is the layer folder, description the YAML text, kinds the engine and how the node is stored."""

    def __init__(self, engine: str = "duckdb") -> None:
        self._engine = "duckdb" if engine == "duckdb" else "spark"
        # tests on sources become checks of the raw assets
        super().__init__(DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """The spec of a model, seed or source."""
        spec: dg.AssetSpec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        return spec.replace_attributes(
            group_name=_layer(node),
            description=_description(node),
            owners=list(spec.owners) or OWNERS,
            kinds={"dbt", self._engine, _stored_as(node)},
        )

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        """The check of a data test, with a short name and the rule of the test.

        Checks of raw assets are not blocking: assets that depend on raw ones would wait for dbt, and dbt for them. The
        step fails if any test fails, which stops the release.
        """
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None:
            return None
        node = self.get_resource_props(manifest, unique_id)
        return dg.AssetCheckSpec(
            name=check_name(node),
            asset=spec.asset_key,
            description=check_description(node),
            additional_deps=list(spec.additional_deps),
            metadata=spec.metadata,
            blocking=spec.blocking and asset_spec.group_name != "raw",
        )


def _layer(node: Mapping[str, Any]) -> str:
    """The first folder under models/; `seeds` and `raw` for seeds and sources."""
    kind = node["resource_type"]
    if kind in ("seed", "source"):
        return {"seed": "seeds", "source": "raw"}[kind]
    folders = node["fqn"][1:-1]
    return str(folders[0]) if folders else "models"


def _description(node: Mapping[str, Any]) -> str:
    return str(node.get("description") or "").strip() or f"{node['name']} has no description in its YAML."


def _stored_as(node: Mapping[str, Any]) -> str:
    if node["resource_type"] in ("seed", "source"):
        return str(node["resource_type"])
    return str(node.get("config", {}).get("materialized", "table"))
