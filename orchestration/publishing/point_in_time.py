"""Marts built outside a run: from the archive alone, or as they were known at a past moment. Publishes nothing."""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingest.errors import Misconfigured
from ingest.pipeline.replay import ReplayReport
from ingest.pipeline.replay import replay as replay_raw
from ingest.registry.raw_tables import TABLES
from ingest.settings import Settings
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from orchestration.dbt.project import (
    DBT_DIR,
    dbt_target,
    ensure_manifest,
    export_environment,
    project_fingerprint,
    warm,
)
from orchestration.dbt.runner import DbtError, invoke
from orchestration.dbt.statuses import is_failed
from orchestration.publishing.engine import export_marts
from orchestration.publishing.marts import mart_fingerprints
from orchestration.publishing.release import read_release
from orchestration.runtime.run_lock import alone

# What a run says about itself is new with every run; every other mart follows from the archive.
ABOUT_THE_RUN = frozenset({"fct_source_health", "dim_release"})
FOLDER = "as_known"
NO_END = 2**62
OF_RELEASE = """
    select own.opened_at, coalesce(min(later.landing_id), $no_end)
    from (
        select opened_at, min(landing_id) as landing_id
        from raw.macrotape__releases
        where release_id = $release_id
        group by opened_at
    ) as own
    left join raw.macrotape__releases as later
        on own.landing_id < later.landing_id and later.release_id <> $release_id
    group by own.opened_at
"""
MODELS_ONLY = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")


@dataclass(frozen=True)
class ReplayResult:
    """What a replay came to; `differing` marts are not those of the release, None without a release."""

    raw: ReplayReport
    release_id: str | None
    differing: Sequence[str] | None


def replay(settings: Settings) -> ReplayResult:
    """Make raw tables and marts anew from the archive, and compare the marts with the published ones.

    Raises:
        MacrotapeError: the archive is empty or damaged (the old warehouse stands), or a test fails.
    """
    archive = Archive(settings.archive)
    with alone(settings.home):
        settings = _as_archived(settings, archive)
        raw = replay_raw(settings, archive)
        _dbt(settings, ["build", "--exclude-resource-type", "unit_test"], dbt_target(settings))
    if not settings.current.is_symlink():
        return ReplayResult(raw, None, None)
    published = read_release(settings.current)
    with export_marts(settings) as built:
        made, told = mart_fingerprints(built), mart_fingerprints(published.database)
    differing = sorted(n for n in {*made, *told} - ABOUT_THE_RUN if made.get(n) != told.get(n))
    return ReplayResult(raw, published.release_id, differing)


def build_marts(settings: Settings) -> None:
    """Build every seed and model on the warehouse of `settings`; run no test and publish nothing.

    Raises:
        DbtError: a model cannot be built.
    """
    _dbt(settings, ["build", *MODELS_ONLY], dbt_target(settings))


def cutoff_of_release(settings: Settings, release_id: str) -> tuple[datetime, int]:
    """When a release was opened, and the first landing of the run after it: what two runs of one moment differ in.

    Raises:
        Misconfigured: no run opened a release of that name.
    """
    with warehouse.connect(warehouse.as_held(settings)) as con:
        found = con.execute(OF_RELEASE, {"release_id": release_id, "no_end": NO_END}).fetchall()
    if not found:
        raise Misconfigured(f"no run opened a release {release_id}; those that were are in marts.dim_release")
    return found[0][0].replace(tzinfo=UTC), int(found[0][1])


def build_marts_as_known(settings: Settings, moment: datetime, before_landing: int = NO_END) -> Path:
    """A database with the marts as known at `moment`: built from what had been landed by then, and kept.

    Leaving later versions out is all it takes: the current version of a row is the newest one there is.
    `before_landing` leaves out what was landed at that very moment by a later run.

    Raises:
        Misconfigured: nothing was known by then, or the warehouse is in use.
        DbtError: the marts cannot be built.
    """
    if not settings.warehouse.exists():
        raise Misconfigured(f"there is no warehouse at {settings.warehouse}: run `macrotape run` first")
    settings = warehouse.as_held(settings)
    warehouse.connect(settings).close()  # makes the tables a warehouse of an earlier version lacks
    known_at = moment.astimezone(UTC).replace(tzinfo=None)
    name = f"{known_at:%Y%m%dT%H%M%S}" + (f"-{before_landing}" if before_landing < NO_END else "")
    home = settings.home / FOLDER / name
    past = replace(settings, home=home, lake=None, engine="duckdb")  # what it looks back at is in the warehouse
    home.mkdir(parents=True, exist_ok=True)
    with alone(home):
        mark = _mark(settings, known_at)
        stamp = home / "made_from"
        if past.warehouse.exists() and stamp.exists() and stamp.read_text() == mark:
            return past.warehouse
        stamp.unlink(missing_ok=True)
        past.warehouse.unlink(missing_ok=True)
        _copy_known(settings, past, known_at, before_landing)
        _dbt(past, ["build", *MODELS_ONLY], home / "dbt")
        stamp.write_text(mark)
    return past.warehouse


def _as_archived(settings: Settings, archive: Archive) -> Settings:
    """Sources of the kind that was asked: as the warehouse says, or where that is lost, the archived releases."""
    if settings.warehouse.exists():
        return warehouse.as_held(settings)
    for entry in archive.landings():
        for row in entry.rows:
            if "sources_mode" in row:
                return settings.of_kind(is_simulated=row["sources_mode"] == "SIMULATED")
    return settings


def _mark(settings: Settings, known_at: datetime) -> str:
    """What a rebuild follows from: the landings known by then, and the project."""
    digest = hashlib.sha256(project_fingerprint().encode())
    with warehouse.connect(settings, read_only=True) as con:
        for name in TABLES:
            query = f'select count(*), max(landing_id) from raw."{name}" where knowledge_ts <= ?'  # noqa: S608 - registry
            digest.update(str(con.execute(query, [known_at]).fetchall()).encode())
    return digest.hexdigest()


def _copy_known(settings: Settings, past: Settings, known_at: datetime, before_landing: int) -> None:
    warehouse.connect(past).close()
    rows = 0
    with duckdb.connect(str(past.warehouse)) as con:
        warehouse.limit(con, past)
        con.execute("set variable known_at = cast(? as timestamp)", [known_at])
        con.execute("set variable before_landing = ?", [before_landing])
        con.execute(f"attach '{str(settings.warehouse).replace(chr(39), chr(39) * 2)}' as present (read_only)")
        for name in TABLES:
            con.execute(
                f'insert into raw."{name}" by name select * from present.raw."{name}" '  # noqa: S608 - registry
                "where knowledge_ts <= getvariable('known_at') and landing_id < getvariable('before_landing')"
            )
            if not name.startswith(("macrotape__", "xnys__")):
                rows += con.execute(f'select count(*) from raw."{name}"').fetchall()[0][0]  # noqa: S608 - registry
        con.execute("detach present")
    if not rows:
        raise Misconfigured(f"no observation was known at {known_at} UTC")


def _dbt(settings: Settings, command: Sequence[str], target: Path) -> None:
    ensure_manifest(settings)
    export_environment(settings)
    results = invoke(command, project_dir=DBT_DIR, target=warm(target, settings), engine=settings.engine).results
    failed = [f"{r.node.name}: {' '.join(str(r.message).split())}" for r in results if is_failed(r)]
    if failed:
        raise DbtError(f"{len(failed)} dbt nodes failed: {'; '.join(failed[:5])}")


def prune_rebuilds(settings: Settings, keep: int = 3) -> None:
    """Remove all but the newest rebuilds: they can be made again."""
    folder = settings.home / FOLDER
    made = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True) if folder.is_dir() else []
    for path in made[keep:]:
        shutil.rmtree(path, ignore_errors=True)
