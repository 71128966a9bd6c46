"""Marts as they were known at a past moment, built beside the warehouse. Publishes nothing."""

import hashlib
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingest.errors import Misconfigured
from ingest.registry.raw_tables import TABLES
from ingest.settings import Settings
from ingest.storage import warehouse
from ingest.storage.sql import text_literal
from orchestration.dbt.build import build_marts
from orchestration.dbt.project import project_fingerprint
from orchestration.runtime.run_lock import exclusive

FOLDER = "as_known"
NO_END = 2**62
CUTOFF_OF_RELEASE = """
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


def cutoff_of_release(settings: Settings, release_id: str) -> tuple[datetime, int]:
    """When a release was opened, and the first landing of the run after it, which tells two runs of one moment apart.

    Raises:
        Misconfigured: no run opened a release of that name.
    """
    with warehouse.connect(warehouse.settings_for_existing(settings)) as con:
        found = con.execute(CUTOFF_OF_RELEASE, {"release_id": release_id, "no_end": NO_END}).fetchall()
    if not found:
        raise Misconfigured(f"no run opened a release {release_id}; those that were are in marts.dim_release")
    return found[0][0].replace(tzinfo=UTC), int(found[0][1])


def build_marts_as_known(settings: Settings, moment: datetime, before_landing: int = NO_END) -> Path:
    """A database with the marts as known at `moment`: built from what had been landed by then.

    Later versions are left out, so the newest version of each row is the one known then. The file is kept.
    `before_landing` leaves out what was landed at that very moment by a later run.

    Raises:
        Misconfigured: nothing was known by then, or the warehouse is in use.
        DbtError: the marts cannot be built.
    """
    if not settings.folder.warehouse.exists():
        raise Misconfigured(f"there is no warehouse at {settings.folder.warehouse}: run `macrotape run` first")
    settings = warehouse.settings_for_existing(settings)
    warehouse.connect(settings).close()  # creates the tables missing from a warehouse of an earlier version
    known_at = moment.astimezone(UTC).replace(tzinfo=None)
    name = f"{known_at:%Y%m%dT%H%M%S}" + (f"-{before_landing}" if before_landing < NO_END else "")
    home = settings.home / FOLDER / name
    past = replace(settings, home=home, lake=None, engine="duckdb")  # raw rows come from the warehouse
    home.mkdir(parents=True, exist_ok=True)
    with exclusive(home):
        fingerprint = _input_fingerprint(settings, known_at)
        stamp = home / "made_from"
        if past.folder.warehouse.exists() and stamp.exists() and stamp.read_text() == fingerprint:
            return past.folder.warehouse
        stamp.unlink(missing_ok=True)
        past.folder.warehouse.unlink(missing_ok=True)
        _copy_known(settings, past, known_at, before_landing)
        build_marts(past)
        stamp.write_text(fingerprint)
    return past.folder.warehouse


def _input_fingerprint(settings: Settings, known_at: datetime) -> str:
    """Hash of what a rebuild depends on: the landings known by then, and the project."""
    digest = hashlib.sha256(project_fingerprint().encode())
    with warehouse.connect(settings, read_only=True) as con:
        for name in TABLES:
            query = f'select count(*), max(landing_id) from raw."{name}" where knowledge_ts <= ?'  # noqa: S608 - registry
            digest.update(str(con.execute(query, [known_at]).fetchall()).encode())
    return digest.hexdigest()


def _copy_known(settings: Settings, past: Settings, known_at: datetime, before_landing: int) -> None:
    warehouse.connect(past).close()
    rows = 0
    with duckdb.connect(str(past.folder.warehouse)) as con:
        warehouse.limit_memory(con, past)
        con.execute("set variable known_at = cast(? as timestamp)", [known_at])
        con.execute("set variable before_landing = ?", [before_landing])
        con.execute(f"attach {text_literal(settings.folder.warehouse)} as present (read_only)")
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


def prune_rebuilds(settings: Settings, keep: int = 3) -> None:
    """Remove all but the newest rebuilds: they can be rebuilt."""
    folder = settings.home / FOLDER
    rebuilds = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True) if folder.is_dir() else []
    for path in rebuilds[keep:]:
        shutil.rmtree(path, ignore_errors=True)
