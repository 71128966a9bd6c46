"""Checks that dbt cannot make: is every source on time, and are the published files those of the manifest."""

from collections.abc import Iterator
from dataclasses import asdict

import dagster as dg

from ingest.health.status import attention, late_sources, unreadable_sources
from ingest.pipeline.bookkeeping import SourceCheck
from ingest.registry.raw_tables import MACROTAPE_SOURCE_CHECKS, TABLES
from ingest.sources.registry import HTTP_SOURCES, table_of
from orchestration.defs.keys import raw_key
from orchestration.defs.release import published_release
from orchestration.defs.resources import IngestResource
from orchestration.publishing.disputes import disputes
from orchestration.publishing.marts import mart_fingerprints
from orchestration.publishing.release import read_release
from orchestration.reporting.brief.read import read_latest_briefs
from orchestration.reporting.metadata import outcome_table
from orchestration.reporting.run_summary import format_run_summary

NEXT_RUN = "the sensor late_source_arrived starts a run when they are available; or run the job daily_attribution."
ON_TIME = "latest_observation_is_on_time"
READABLE = "every_source_is_readable"
REPAIR = (
    "Repair the parser (docs/operations.md) and run again: the document is in the archive. Until then stored"
    " observations are kept, and fallbacks are used."
)


@dg.asset_check(asset=raw_key(MACROTAPE_SOURCE_CHECKS), description="The sources of all drivers are on time.")
def every_driver_source_is_on_time(ingest: IngestResource) -> dg.AssetCheckResult:
    """A warning only: the marts use a fallback source or an earlier value, and mark the day as provisional."""
    phrases = attention(ingest.latest_checks())
    return dg.AssetCheckResult(
        passed=not phrases,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{'; '.join(phrases)}. Days that depend on it are provisional; {NEXT_RUN}" if phrases else None,
        metadata={"attention": dg.MetadataValue.json(phrases)},
    )


def _one_a_table(name: str, description: str) -> list[dg.AssetCheckSpec]:
    """The specs of a check that every fetched raw table has, run when all sources have been checked."""
    after = [raw_key(MACROTAPE_SOURCE_CHECKS)]
    return [
        dg.AssetCheckSpec(name, asset=raw_key(TABLES[table]), description=description, additional_deps=after)
        for table in HTTP_SOURCES
    ]


def _selected_tables(
    context: dg.AssetCheckExecutionContext, ingest: IngestResource
) -> Iterator[tuple[dg.AssetKey, list[SourceCheck]]]:
    """The selected raw tables, each with the checks of its sources."""
    checks = ingest.latest_checks()
    selected = {key.asset_key for key in context.selected_asset_check_keys}
    for name in HTTP_SOURCES:
        if raw_key(TABLES[name]) in selected:
            yield raw_key(TABLES[name]), [check for check in checks if table_of(check.source) == name]


@dg.multi_asset_check(
    name=ON_TIME,
    specs=_one_a_table(
        ON_TIME, "The latest observation of every source is the one expected by now, by its calendar, or newer."
    ),
    can_subset=True,  # one raw asset can be materialized, or backfilled, without the others
)
def latest_observations_are_on_time(
    context: dg.AssetCheckExecutionContext, ingest: IngestResource
) -> Iterator[dg.AssetCheckResult]:
    """The freshness check: a warning. Holidays and publication lags are known, so a missing observation is late."""
    for key, of_table in _selected_tables(context, ingest):
        late = late_sources(of_table)
        lines = [f"{c.source}: latest {c.last_observation_date or 'none'}, expected {c.expected_date}" for c in late]
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=ON_TIME,
            passed=not late,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"{'; '.join(lines)}. {NEXT_RUN.capitalize()}" if late else None,
            metadata={
                "sources": len(of_table),
                "late": len(late),
                "outcomes": dg.MetadataValue.md(outcome_table(of_table)),
            },
        )


@dg.multi_asset_check(
    name=READABLE,
    specs=_one_a_table(READABLE, "Every source of the table sent a document that its parser can read."),
    can_subset=True,
)
def sources_are_readable(
    context: dg.AssetCheckExecutionContext, ingest: IngestResource
) -> Iterator[dg.AssetCheckResult]:
    """An error that stops nothing: only what depends on the source is affected, and the run exits with status 3."""
    for key, of_table in _selected_tables(context, ingest):
        problem = unreadable_sources(of_table)
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=READABLE,
            passed=problem is None,
            description=f"{problem} {REPAIR}" if problem else None,
            metadata={"outcomes": dg.MetadataValue.md(outcome_table(of_table))},
        )


@dg.asset_check(asset=published_release, description="The published files contain what their manifest says.")
def published_files_match_manifest(
    context: dg.AssetCheckExecutionContext, ingest: IngestResource
) -> dg.AssetCheckResult:
    """Open the published database as a reader does, and compare rows and content hashes with the manifest.

    As the last step of a run, it also logs a summary of what was published.
    """
    published = read_release(ingest.settings.folder.current)
    expected = published.manifest["tables"]
    found = {name: asdict(facts) for name, facts in mart_fingerprints(published.database).items()}
    differing = sorted(name for name in {*expected, *found} if found.get(name) != expected.get(name))
    context.log.info(format_run_summary(published, ingest.latest_checks(), read_latest_briefs(published.database)))
    return dg.AssetCheckResult(
        passed=not differing,
        description=(
            f"The files of {published.release_id} differ from its manifest in {', '.join(differing)}: they were changed"
            " after publication. Point `current` to the previous release, and run again."
            if differing
            else None
        ),
        metadata={"release_id": published.release_id, "differing_tables": dg.MetadataValue.json(differing)},
    )


@dg.asset_check(asset=published_release, description="Publishers agree on the values of the latest sessions.")
def publishers_agree(ingest: IngestResource) -> dg.AssetCheckResult:
    """A warning: the numbers concerned are marked as disputed, or come from the next source."""
    phrases = disputes(read_release(ingest.settings.folder.current).database)
    return dg.AssetCheckResult(
        passed=not phrases,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{'; '.join(phrases)}. Look at both publishers; a corrected value settles it in the next run."
        if phrases
        else None,
    )


CHECKS = [
    publishers_agree,
    sources_are_readable,
    latest_observations_are_on_time,
    every_driver_source_is_on_time,
    published_files_match_manifest,
]
