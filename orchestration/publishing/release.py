"""Releases: the published marts, built beside the last one and switched to in one atomic step.

A release is a folder that never changes again. It is built under a hidden name, audited, flushed to
disk, renamed to its id, and only then does the relative link `current` move to it. Whatever fails or
is killed before that leaves the last release unchanged. Imports neither Dagster nor dbt.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import MacrotapeError
from ingest.settings import Settings
from ingest.storage.fsync import sync
from orchestration.publishing.marts import MartTable, copy_marts, export_parquet, mart_fingerprints

DATABASE = "macrotape.duckdb"
MANIFEST = "manifest.json"
BUILDING = ".building-"
KEPT = 10


class ReleaseError(MacrotapeError):
    """A release could not be built or audited; its text is one line for a person."""


@dataclass(frozen=True)
class Release:
    """A published release and its manifest."""

    path: Path
    manifest: Mapping[str, Any]

    @property
    def release_id(self) -> str:
        """Name of its folder."""
        return self.path.name

    @property
    def database(self) -> Path:
        """The read-only DuckDB file with the marts."""
        return self.path / DATABASE


def next_release_id(opened_at: str, taken: set[str]) -> str:
    """The first free id of a moment, e.g. 20260701T130000Z-0001: unique, and sorting as the runs were opened.

    A counter instead of a random suffix, because a simulated or pretended clock stands still.
    """
    suffixes = [t.removeprefix(f"{opened_at}-") for t in taken if t.startswith(f"{opened_at}-")]
    return f"{opened_at}-{max((int(s) for s in suffixes if s.isdigit()), default=0) + 1:04d}"


def is_release_id(text: str) -> bool:
    """True for what `next_release_id` makes."""
    return re.fullmatch(r"\d{8}T\d{6}Z-\d{4,}", text) is not None


@contextmanager
def staging_folder(releases: Path, release_id: str) -> Iterator[Path]:
    """A hidden folder to build a release in; it disappears unless `activate` has renamed it.

    Leftovers of runs that were killed are removed first: one run at a time writes to a data folder.

    Raises:
        ReleaseError: a release of that id exists.
    """
    if (releases / release_id).exists():
        raise ReleaseError(f"release {release_id} exists already: open a new one (raw/macrotape__releases)")
    releases.mkdir(parents=True, exist_ok=True)
    for leftover in releases.glob(f"{BUILDING}*"):
        shutil.rmtree(leftover)
    folder = releases / f"{BUILDING}{release_id}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_tables(
    warehouse: Path, folder: Path, settings: Settings | None = None, last: Release | None = None
) -> dict[str, MartTable]:
    """Copy the marts into `folder` as DuckDB and Parquet, within the memory of `settings`; read them back and compare.

    If most rows are unchanged since the `last` release, its files are copied and only the other tables are replaced.

    Raises:
        ReleaseError: there are no marts, a column type is not one every reader knows, or the copy differs.
    """
    database, parquet = folder / DATABASE, folder / "parquet"
    try:
        wanted = mart_fingerprints(warehouse, settings)
        same = _unchanged_tables(wanted, last)
        if not (same and copy_unchanged_file(last, DATABASE, folder)):
            same = frozenset()
        copy_marts(warehouse, database, settings, same)
        found = mart_fingerprints(database, settings)
    except (ValueError, duckdb.Error) as error:
        raise ReleaseError(str(error)) from error
    if differing := sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name)):
        raise ReleaseError(f"the copy of {', '.join(differing)} differs from the warehouse")
    parquet.mkdir()
    for name in same:
        copy_unchanged_file(last, f"{parquet.name}/{name}.parquet", folder)
    export_parquet(database, parquet, settings)
    return found


def _unchanged_tables(wanted: Mapping[str, MartTable], last: Release | None) -> frozenset[str]:
    """Tables unchanged since the last release; none if they have less than half of the rows."""
    published = last.manifest["tables"] if last else {}
    same = frozenset(name for name, facts in wanted.items() if published.get(name) == asdict(facts))
    return same if 2 * sum(wanted[n].rows for n in same) > sum(t.rows for t in wanted.values()) else frozenset()


def copy_unchanged_file(last: Release | None, name: str, folder: Path) -> bool:
    """Copy a file of a release if its hash is still that of the manifest; returns whether it was copied."""
    if last is None or not (last.path / name).exists() or _sha256(last.path / name) != last.manifest["files"].get(name):
        return False
    shutil.copyfile(last.path / name, folder / name)
    return True


def write_manifest(folder: Path, facts: Mapping[str, MartTable], about: Mapping[str, Any]) -> dict[str, Any]:
    """Write manifest.json: `about`, then per table rows and content hash, then the hash of every file."""
    manifest = {
        **about,
        "tables": {name: asdict(table) for name, table in sorted(facts.items())},
        "files": {str(p.relative_to(folder)): _sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return manifest


def activate(folder: Path, releases: Path, release_id: str, current: Path) -> Release:
    """Flush `folder`, give it its name and move `current` to it: the only step readers can notice."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            path.chmod(0o444)
        sync(path)
    sync(folder)
    home = releases / release_id
    folder.rename(home)
    sync(releases)
    swap_current_link(current, home)
    return read_release(home)


def swap_current_link(current: Path, target: Path) -> None:
    """Point the link `current` at `target` atomically, by a relative path so that the data folder can move."""
    fresh = current.with_name(f".{current.name}-next")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(target, current.parent), target_is_directory=True)
    fresh.replace(current)
    sync(current.parent)


def prune(releases: Path, current: Path, keep: int = KEPT) -> list[str]:
    """Remove all but the newest `keep` releases, never the current one; returns the ids removed."""
    current_release = current.resolve()
    finished = sorted((p for p in releases.iterdir() if p.is_dir() and not p.name.startswith(".")), reverse=True)
    removed = [p for p in finished[keep:] if p.resolve() != current_release]
    for path in removed:
        shutil.rmtree(path)
    return [p.name for p in removed]


def read_release(path: Path) -> Release:
    """The release at `path` (a folder, or the link `current`).

    Raises:
        ReleaseError: there is none, or its manifest cannot be read.
    """
    home = path.resolve()  # once: between two looks at it the link may have moved on
    try:
        manifest = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ReleaseError(f"no release at {path}: run `macrotape run` first") from error
    except (OSError, ValueError) as error:
        raise ReleaseError(f"the manifest of the release at {path} cannot be read: {error}") from error
    return Release(home, manifest)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
