"""Files below a storage path, each there whole or not at all.

An object store shows a file when it is complete, and has no folders; in a folder a file is written under another name
and renamed.
"""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import MacrotapeError
from ingest.storage.fsync import sync
from ingest.storage_path import StoragePath


class StoreUnavailable(MacrotapeError, OSError):
    """An object store that does not respond, or refuses access."""


def put(staged: Path, place: StoragePath) -> None:
    """Publish every Parquet file below `staged` under the same name below `place`; a reader never sees part of one."""
    files = sorted(staged.rglob("*.parquet"))
    names = [path.relative_to(staged).as_posix() for path in files]
    if not isinstance(place, Path):
        if files:
            place.fs.put([str(path) for path in files], [place.joinpath(name).path for name in names])
        return
    place.mkdir(parents=True, exist_ok=True)
    for path, name in zip(files, names, strict=True):
        target = place / name
        target.parent.mkdir(exist_ok=True)
        sync(path)
        path.replace(target)
        sync(target.parent)
    sync(place)


def write(place: StoragePath, name: str, text: str) -> None:
    """Write one text file, visible when it is complete."""
    if not isinstance(place, Path):
        place.joinpath(name).write_text(text, encoding="utf-8")
        return
    place.mkdir(parents=True, exist_ok=True)
    part = place / f".{name}"
    part.write_text(text, encoding="utf-8")
    sync(part)
    part.replace(place / name)
    sync(place)


def remove(place: StoragePath) -> None:
    """Remove everything below a path; nothing to do where there is nothing."""
    if isinstance(place, Path):
        shutil.rmtree(place, ignore_errors=True)
        return
    with storage_errors(place):
        if place.exists():
            place.fs.rm(place.path, recursive=True)


def local_files(place: StoragePath, folder: Path) -> list[Path]:
    """The Parquet files right below a place: in place, or copied to `folder`."""
    if isinstance(place, Path):
        return sorted(place.glob("*.parquet"))
    folder.mkdir(parents=True, exist_ok=True)
    with storage_errors(place):
        there = sorted(found.path for found in place.glob("*.parquet"))
        here = [folder / Path(path).name for path in there]
        if there:
            place.fs.get(there, [str(path) for path in here])
    return here


def spark_address(place: StoragePath) -> str:
    """How Spark writes the address: Hadoop's name for Amazon's protocol is s3a."""
    return str(place).replace("s3://", "s3a://", 1)


@contextmanager
def storage_errors(place: StoragePath) -> Iterator[None]:
    """Turn an error of an object store into one line that names it; the error of a full disk passes unchanged.

    Raises:
        StoreUnavailable: the store does not respond, or refuses.
    """
    try:
        yield
    except MacrotapeError:
        raise
    except Exception as error:
        from duckdb import Error as WarehouseError  # here, because every start imports this module

        is_elsewhere = isinstance(error, WarehouseError) or getattr(error, "errno", None) == errno.ENOSPC
        if isinstance(place, Path) or is_elsewhere:
            raise
        raise StoreUnavailable(
            f"the object store of {place} cannot be used ({type(error).__name__}: {error}): nothing is lost, what is "
            "missing there is written by the next run. Its address and credentials: docs/lake.md"
        ) from error
