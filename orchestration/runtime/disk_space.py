"""Room on the disk: a run that could not end is not begun, and one that met the end of the disk says so.

Dagster keeps its records beside the data. Without room for them a run dies with their errors instead of its own.
"""

import errno
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import MacrotapeError
from ingest.settings import Settings

# Temporary data, records and a release of the first run; what is there already is written about once more.
AT_LEAST_MB = 200
# With less than this left while a run is at it, the next write may fail in any library.
LAST_MB = 20
LOOK_EVERY_S = 0.5
WHAT_TO_DO = "make room and run again; nothing was published, the last release stands"
SIGNS = ("no space left", "disk is full", "disk i/o error", "could not write", "file too large")


class NoRoomError(MacrotapeError):
    """The disk is full, or too full to begin."""


def check_room(settings: Settings) -> None:
    """Find out early that a run would not fit; writes nothing.

    Raises:
        NoRoomError: less is free than a run needs.
    """
    held = settings.warehouse.stat().st_size if settings.warehouse.exists() else 0
    needed, free = AT_LEAST_MB + held / 1e6, shutil.disk_usage(settings.home).free / 1e6
    if free < needed:
        raise NoRoomError(
            f"{free:,.0f} MB are free in {settings.home}, a run needs about {needed:,.0f}: make room, or set "
            "MACROTAPE_HOME to a folder that has it; nothing was begun, the last release stands"
        )


def explained(error: Exception, home: Path) -> NoRoomError | None:
    """The error to raise in place of one that came from a full disk; None for every other one."""
    is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
    if not is_full and not any(sign in str(error).lower() for sign in SIGNS):
        return None
    said = next(iter(str(error).splitlines()), type(error).__name__)
    return NoRoomError(f"the disk of {home} is full ({said}): {WHAT_TO_DO}")


@contextmanager
def watched(home: Path) -> Iterator[None]:
    """End this process with one line if the disk fills up under the block.

    Some libraries wait for ever for a thread of theirs that could not write. To be ended at any moment is what a
    run is built for: landings are whole or absent, and the last release stands.
    """
    told, done = os.dup(2), threading.Event()  # Dagster puts a file in the place of stderr while a step runs

    def watch() -> None:
        while not done.wait(LOOK_EVERY_S):
            if shutil.disk_usage(home).free < LAST_MB * 1e6:
                os.write(told, f"macrotape: the disk of {home} is full: {WHAT_TO_DO}\n".encode())
                os._exit(1)

    watcher = threading.Thread(target=watch, name="room", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        os.close(told)
