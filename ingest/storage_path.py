"""The place of a lake: a folder, or an address on an object store such as s3://bucket/lake.

Addresses are fsspec's: each kind of store has a package of its own (s3fs, gcsfs, adlfs), which documents where
credentials come from.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Union

from ingest.errors import Misconfigured

if TYPE_CHECKING:
    from upath import UPath

StoragePath = Union[Path, "UPath"]


def storage_path(text: str) -> StoragePath | None:
    """The folder or the address in a text; None where it is empty.

    Raises:
        Misconfigured: no installed package knows this kind of address.
    """
    if "://" not in text:
        return Path(text).expanduser().absolute() if text else None
    if text.startswith("file://"):
        return Path(text.removeprefix("file://"))
    from upath import UPath

    try:
        path = UPath(text.rstrip("/"), use_listings_cache=False)  # Spark writes there too
        path.fs  # noqa: B018 - imports the package of the store
    except (ImportError, ValueError) as error:
        raise Misconfigured(f"MACROTAPE_LAKE is {text!r}: {error}") from error
    return path
