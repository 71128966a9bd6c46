"""Where a lake lies: a folder, or an address on an object store such as s3://bucket/lake.

A file of an object store shows when it is whole, and there are no folders; in a folder it is written under another name
and moved. Addresses are fsspec's: each kind of store has a package of its own (s3fs, gcsfs, adlfs), which says where
credentials come from.
"""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Union

from ingest.errors import MacrotapeError, Misconfigured
from ingest.storage.fsync import sync

if TYPE_CHECKING:
    from upath import UPath

StoragePath = Union[Path, "UPath"]


class Unreachable(MacrotapeError, OSError):
    """An object store that does not answer or refuses."""


def storage_path(text: str) -> StoragePath | None:
    """The folder or the address that is meant; None where nothing is said.

    Raises:
        Misconfigured: no installed package knows this kind of address.
    """
    if "://" not in text:
        return Path(text).expanduser().absolute() if text else None
    if text.startswith("file://"):
        return Path(text.removeprefix("file://"))
    from upath import UPath

    try:
        place = UPath(text.rstrip("/"), use_listings_cache=False)  # Spark writes there too
        place.fs  # noqa: B018 - the package is looked for here
    except (ImportError, ValueError) as error:
        raise Misconfigured(f"MACROTAPE_LAKE is {text!r}: {error}") from error
    return place


def put(staged: Path, place: StoragePath) -> None:
    """Show every Parquet file below `staged` at the same name below `place`; a reader never sees part of one."""
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
    """Put one text where it is there whole or not at all."""
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
    """All that lies below a place; nothing where nothing does."""
    if isinstance(place, Path):
        shutil.rmtree(place, ignore_errors=True)
        return
    with storage_errors(place):
        if place.exists():
            place.fs.rm(place.path, recursive=True)


def fetched(place: StoragePath, folder: Path) -> list[Path]:
    """The Parquet files right below a place: themselves, or copies of them in `folder`."""
    if isinstance(place, Path):
        return sorted(place.glob("*.parquet"))
    folder.mkdir(parents=True, exist_ok=True)
    with storage_errors(place):
        there = sorted(found.path for found in place.glob("*.parquet"))
        here = [folder / Path(path).name for path in there]
        if there:
            place.fs.get(there, [str(path) for path in here])
    return here


def for_spark(place: StoragePath) -> str:
    """How Spark writes the address: Hadoop's name for Amazon's protocol is s3a."""
    return str(place).replace("s3://", "s3a://", 1)


@contextmanager
def storage_errors(place: StoragePath) -> Iterator[None]:
    """What goes wrong with an object store, as one line that names it; a full disk stays what it is.

    Raises:
        Unreachable: the store does not answer, or refuses.
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
        raise Unreachable(
            f"the object store of {place} cannot be used ({type(error).__name__}: {error}): nothing is lost, what is "
            "missing there is written by the next run. Its address and credentials: docs/lake.md"
        ) from error
