"""The readers of a release: the exposures of the dbt project, as the last assets of the graph."""

import dagster as dg

from orchestration.dbt.translator import OWNERS
from orchestration.defs.dbt_assets import MANIFEST
from orchestration.defs.release import published_release

EXPOSURES = [
    dg.AssetSpec(
        key=["exposure", exposure["name"]],
        description=f"{exposure['label']}: {exposure['description']}",
        group_name="readers",
        kinds={exposure["type"]},
        owners=OWNERS,
        # readers query the release, never the warehouse
        deps=[published_release],
        metadata={
            "reads": dg.MetadataValue.json(sorted(uid.split(".")[-1] for uid in exposure["depends_on"]["nodes"]))
        },
    )
    for exposure in MANIFEST["exposures"].values()
]
