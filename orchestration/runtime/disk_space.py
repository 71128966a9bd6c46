"""Free disk space: checked before a run, watched during a run.

Dagster keeps its records beside the data. When the disk is full, a run fails with errors of Dagster or dbt that do
not name the reason. The errors raised here do.
"""

import errno
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from ingest.errors import MacrotapeError
from ingest.settings import Settings

# Temporary data, Dagster's records and a release of the first run; later runs write about as much as is stored.
MIN_FREE_MB = 200
# Below this, the next write may fail in any library.
CRITICAL_MB = 20
POLL_INTERVAL_S = 0.5
WHAT_TO_DO = "free some space and run again; nothing was published, the last release is still served"
SIGNS_OF_A_FULL_DISK = ("no space left", "disk is full", "disk i/o error", "could not write", "file too large")


class DiskFullError(MacrotapeError):
    """The disk is full, or has too little space for a run."""


def required_mb(settings: Settings) -> float:
    """Free space a run needs, in megabytes: a minimum, and the size of the warehouse once more."""
    stored = settings.folder.warehouse.stat().st_size / 1e6 if settings.folder.warehouse.exists() else 0
    return MIN_FREE_MB + stored


def check_free_disk(settings: Settings) -> float:
    """Check before a run that it has enough disk space; returns the free space in megabytes.

    Raises:
        DiskFullError: less is free than a run needs.
    """
    required, free = required_mb(settings), shutil.disk_usage(settings.home).free / 1e6
    if free < required:
        raise DiskFullError(
            f"{free:,.0f} MB are free in {settings.home}, a run needs about {required:,.0f}: free some space, or set "
            "MACROTAPE_HOME to a folder on a larger disk; nothing was started, the last release is still served"
        )
    return free


def as_disk_full_error(error: Exception, home: Path) -> DiskFullError | None:
    """The error to raise in place of one that a full disk caused; None for every other error."""
    is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
    if not is_full and not any(sign in str(error).lower() for sign in SIGNS_OF_A_FULL_DISK):
        return None
    first_line = next(iter(str(error).splitlines()), type(error).__name__)
    return DiskFullError(f"the disk of {home} is full ({first_line}): {WHAT_TO_DO}")


@contextmanager
def disk_watchdog(home: Path) -> Iterator[None]:
    """Interrupt the main thread with DiskFullError when the disk fills up inside the block.

    Some libraries wait for a thread of theirs that could not write, and would wait for ever. An interrupted run
    leaves no half-written state: a landing is complete or absent, and the last release stays.

    Raises:
        DiskFullError: less than CRITICAL_MB was free at some moment.
    """
    error = DiskFullError(f"the disk of {home} is full: {WHAT_TO_DO}")
    is_full, is_done = threading.Event(), threading.Event()

    def interrupt(_: int, __: FrameType | None) -> None:
        if not is_done.is_set():
            raise error

    def watch() -> None:
        while not is_done.wait(POLL_INTERVAL_S):
            if shutil.disk_usage(home).free < CRITICAL_MB * 1e6:
                is_full.set()
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    previous = signal.signal(signal.SIGUSR1, interrupt)
    watcher = threading.Thread(target=watch, name="disk-watchdog", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_done.set()
        watcher.join()
        signal.signal(signal.SIGUSR1, previous)
    if is_full.is_set():
        raise error
