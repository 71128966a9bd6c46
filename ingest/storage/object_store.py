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


def put(staged: Path, folder: StoragePath) -> None:
    """Publish every Parquet file below `staged` under the same name below `folder`; a reader never sees part of one."""
    files = sorted(staged.rglob("*.parquet"))
    names = [path.relative_to(staged).as_posix() for path in files]
    if not isinstance(folder, Path):
        if files:
            folder.fs.put([str(path) for path in files], [folder.joinpath(name).path for name in names])
        return
    folder.mkdir(parents=True, exist_ok=True)
    for path, name in zip(files, names, strict=True):
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        sync(path)
        path.replace(target)
        sync(target.parent)
    sync(folder)


def write(folder: StoragePath, name: str, text: str) -> None:
    """Write one text file, visible when it is complete."""
    if not isinstance(folder, Path):
        folder.joinpath(name).write_text(text, encoding="utf-8")
        return
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}"
    part.write_text(text, encoding="utf-8")
    sync(part)
    part.replace(folder / name)
    sync(folder)


def remove(folder: StoragePath) -> None:
    """Remove everything below a path; nothing to do where there is nothing."""
    if isinstance(folder, Path):
        shutil.rmtree(folder, ignore_errors=True)
        return
    with storage_errors(folder):
        if folder.exists():
            folder.fs.rm(folder.path, recursive=True)


def local_files(source: StoragePath, folder: Path) -> list[Path]:
    """The Parquet files directly in `source`: as they are, or copied to `folder` from an object store."""
    if isinstance(source, Path):
        return sorted(source.glob("*.parquet"))
    folder.mkdir(parents=True, exist_ok=True)
    with storage_errors(source):
        there = sorted(found.path for found in source.glob("*.parquet"))
        here = [folder / Path(path).name for path in there]
        if there:
            source.fs.get(there, [str(path) for path in here])
    return here


def spark_address(folder: StoragePath) -> str:
    """How Spark writes the address: Hadoop's name for Amazon's protocol is s3a."""
    return str(folder).replace("s3://", "s3a://", 1)


@contextmanager
def storage_errors(folder: StoragePath) -> Iterator[None]:
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
        if isinstance(folder, Path) or is_elsewhere:
            raise
        raise StoreUnavailable(
            f"the object store of {folder} cannot be used ({type(error).__name__}: {error}): nothing is lost, what is "
            "missing there is written by the next run. Its address and credentials: docs/lake.md"
        ) from error
