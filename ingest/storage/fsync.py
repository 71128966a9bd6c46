"""What has to be on disk before something else may be said of it."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Flush a file or folder to disk: after a power cut nothing that was written later says more than there is."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
