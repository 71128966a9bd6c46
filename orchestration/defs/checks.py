"""Checks that dbt cannot make: about what was asked for, and about what readers now see."""

from collections.abc import Iterator
from dataclasses import asdict

import dagster as dg

from ingest.health.latest_status import latest_source_status
from ingest.health.status import late_sources, stale_sources, table_of
from ingest.registry.raw_tables import MACROTAPE_SOURCE_CHECKS, TABLES
from ingest.sources import HTTP_SOURCES
from orchestration.defs.raw_assets import key_of
from orchestration.defs.release import published_release
from orchestration.defs.resources import IngestResource
from orchestration.publishing.marts import mart_fingerprints
from orchestration.publishing.release import read_release
from orchestration.reporting.brief.read import read_latest_briefs
from orchestration.reporting.metadata import outcome_table
from orchestration.reporting.run_summary import format_run_summary

AGAIN = "the sensor late_source_arrived runs again when they have come; or run the job daily_attribution."


@dg.asset_check(asset=key_of(MACROTAPE_SOURCE_CHECKS), description="Every driver's source delivered what it owed.")
def every_driver_source_is_on_time(ingest: IngestResource) -> dg.AssetCheckResult:
    """A warning, because a stand-in or yesterday's value keeps the marts honest and says so."""
    stale = stale_sources(ingest.checks or latest_source_status(ingest.settings))
    return dg.AssetCheckResult(
        passed=not stale,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"Stale: {'; '.join(stale)}. Days that rest on them are provisional; {AGAIN}" if stale else None,
        metadata={"stale_sources": dg.MetadataValue.json(stale)},
    )


ON_TIME_CHECK = "latest_observation_is_on_time"


@dg.multi_asset_check(
    name=ON_TIME_CHECK,
    specs=[
        dg.AssetCheckSpec(
            ON_TIME_CHECK,
            asset=key_of(TABLES[name]),
            description="The newest observation of every source is at least the one owed by now, by its calendar.",
            additional_deps=[key_of(MACROTAPE_SOURCE_CHECKS)],
        )
        for name in HTTP_SOURCES
    ],
    can_subset=True,  # one raw asset can be materialized, or backfilled, without the others
)
def latest_observations_are_on_time(
    context: dg.AssetCheckExecutionContext, ingest: IngestResource
) -> Iterator[dg.AssetCheckResult]:
    """A warning: holidays and publication lags are known, so what is missing is late and not merely absent."""
    checks = ingest.checks or latest_source_status(ingest.settings)
    chosen = {key.asset_key for key in context.selected_asset_check_keys}
    for name in (name for name in HTTP_SOURCES if key_of(TABLES[name]) in chosen):
        own = [c for c in checks if table_of(c.source) == name]
        late = late_sources(own)
        lines = [f"{c.source}: newest {c.last_observation_date or 'none'}, owed {c.expected_date}" for c in late]
        yield dg.AssetCheckResult(
            asset_key=key_of(TABLES[name]),
            check_name=ON_TIME_CHECK,
            passed=not late,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"{'; '.join(lines)}. {AGAIN.capitalize()}" if late else None,
            metadata={"sources": len(own), "late": len(late), "outcomes": dg.MetadataValue.md(outcome_table(own))},
        )


@dg.asset_check(
    asset=published_release, description="The link `current` leads to files that hold what the manifest says."
)
def published_files_match_manifest(
    context: dg.AssetCheckExecutionContext, ingest: IngestResource
) -> dg.AssetCheckResult:
    """Open the published file the way a reader does and compare rows and content with the manifest.

    It is the last step of a run, and closes the log with a summary of what readers now have.
    """
    published = read_release(ingest.settings.current)
    promised = published.manifest["tables"]
    found = {name: asdict(facts) for name, facts in mart_fingerprints(published.database).items()}
    differing = sorted(name for name in {*promised, *found} if found.get(name) != promised.get(name))
    checks = ingest.checks or latest_source_status(ingest.settings)
    context.log.info(format_run_summary(published, checks, read_latest_briefs(published.database)))
    return dg.AssetCheckResult(
        passed=not differing,
        description=(
            f"The files of {published.release_id} differ from its manifest in {', '.join(differing)}: somebody changed"
            " them. Move `current` back to the release before, and run again."
            if differing
            else None
        ),
        metadata={"release_id": published.release_id, "differing_tables": dg.MetadataValue.json(differing)},
    )


CHECKS = [latest_observations_are_on_time, every_driver_source_is_on_time, published_files_match_manifest]
