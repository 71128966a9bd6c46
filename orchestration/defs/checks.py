"""Checks that dbt cannot make: about what was asked for, and about what readers now see."""

from dataclasses import asdict

import dagster as dg

from ingest.tables import MACROTAPE_SOURCE_CHECKS
from orchestration.defs.publish import published_release
from orchestration.defs.raw_assets import key_of
from orchestration.defs.resources import IngestResource
from orchestration.lib.checked import newest_checks
from orchestration.lib.marts import table_facts
from orchestration.lib.outcomes import stale_sources
from orchestration.lib.release import read_release


@dg.asset_check(asset=key_of(MACROTAPE_SOURCE_CHECKS), description="Every driver's source delivered what it owed.")
def every_driver_source_is_on_time(ingest: IngestResource) -> dg.AssetCheckResult:
    """A warning, because a stand-in or yesterday's value keeps the marts honest and says so."""
    stale = stale_sources(ingest.checks or newest_checks(ingest.settings))
    return dg.AssetCheckResult(
        passed=not stale, severity=dg.AssetCheckSeverity.WARN, metadata={"stale_sources": dg.MetadataValue.json(stale)}
    )


@dg.asset_check(
    asset=published_release, description="The link `current` leads to files that hold what the manifest says."
)
def current_release_reads_back(ingest: IngestResource) -> dg.AssetCheckResult:
    """Open the published file the way a reader does and compare rows and content with the manifest."""
    published = read_release(ingest.settings.current)
    promised = published.manifest["tables"]
    found = {name: asdict(facts) for name, facts in table_facts(published.database).items()}
    differing = sorted(name for name in {*promised, *found} if found.get(name) != promised.get(name))
    return dg.AssetCheckResult(
        passed=not differing,
        metadata={"release_id": published.release_id, "differing_tables": dg.MetadataValue.json(differing)},
    )


CHECKS = [every_driver_source_is_on_time, current_release_reads_back]
