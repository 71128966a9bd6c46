"""Who reads a release, as the end of the graph: the exposures of the dbt project."""

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
        # readers see the release, never the warehouse the marts are built in
        deps=[published_release],
        metadata={
            "reads": dg.MetadataValue.json(sorted(uid.split(".")[-1] for uid in exposure["depends_on"]["nodes"]))
        },
    )
    for exposure in MANIFEST["exposures"].values()
]
