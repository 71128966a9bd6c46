"""Rebuild raw tables and marts from the archive alone, and compare the marts with the published ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.pipeline.replay import ReplayReport
from ingest.pipeline.replay import replay as replay_raw
from ingest.settings import Settings
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from orchestration.dbt.build import build_and_test_marts
from orchestration.publishing.engine import export_marts
from orchestration.publishing.marts import mart_fingerprints
from orchestration.publishing.release import read_release
from orchestration.runtime.run_lock import exclusive

# Marts about the run itself differ with every run; every other mart follows from the archive.
ABOUT_THE_RUN = frozenset({"fct_source_health", "dim_release"})


@dataclass(frozen=True)
class ReplayResult:
    """Result of a replay; `differing` are the marts that differ from the release, None without a release."""

    raw: ReplayReport
    release_id: str | None
    differing: Sequence[str] | None


def replay(settings: Settings) -> ReplayResult:
    """Rebuild raw tables and marts from the archive, test them, and compare them with the current release.

    Raises:
        MacrotapeError: the archive is empty or damaged (the old warehouse stays), or a test fails.
    """
    archive = Archive(settings.folder.archive)
    with exclusive(settings.home):
        settings = _for_archived_sources(settings, archive)
        raw = replay_raw(settings, archive)
        build_and_test_marts(settings)
    if not settings.folder.current.is_symlink():
        return ReplayResult(raw, None, None)
    published = read_release(settings.folder.current)
    with export_marts(settings) as marts:
        rebuilt, released = mart_fingerprints(marts), mart_fingerprints(published.database)
    names = {*rebuilt, *released} - ABOUT_THE_RUN
    return ReplayResult(raw, published.release_id, sorted(n for n in names if rebuilt.get(n) != released.get(n)))


def _for_archived_sources(settings: Settings, archive: Archive) -> Settings:
    """Settings for simulated or real sources, as the warehouse says or, without one, the archived releases."""
    if settings.folder.warehouse.exists():
        return warehouse.settings_for_existing(settings)
    for entry in archive.landings():
        for row in entry.rows:
            if "sources_mode" in row:
                return settings.of_kind(is_simulated=row["sources_mode"] == "SIMULATED")
    return settings
