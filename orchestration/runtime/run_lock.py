"""One run at a time per data folder.

Dagster's pool keeps two steps from writing at once, but not two runs from interleaving: a run could
publish marts another one is rebuilding. The lock belongs to the process, so that a killed run leaves
none behind; what it does leave is its name in the lock file, by which the next run can tell.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ingest.errors import MacrotapeError

NAME = ".run.lock"


class HomeBusyError(MacrotapeError):
    """Another run writes to the data folder; says which process since when."""


@contextmanager
def held(
    home: Path, run_id: str, patience: float = 0, sleep: Callable[[float], None] = time.sleep
) -> Iterator[str | None]:
    """Hold the lock of a data folder; waits up to `patience` seconds for another run to end.

    Yields the id of a run that held the lock and died with it, None when the last one ended properly.

    Raises:
        HomeBusyError: the other run is still at it.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / NAME).open("a+") as file:
        _acquire(file, home, patience, sleep)
        abandoned = _read(file).get("run_id")
        _write(file, {"pid": os.getpid(), "run_id": run_id, "since": time.strftime("%H:%M:%S")})
        try:
            yield str(abandoned) if abandoned else None
        finally:
            _write(file, {})


@contextmanager
def alone(home: Path, patience: float = 0) -> Iterator[None]:
    """Keep runs out of a data folder without being one; leaves the name of a run that died where it is.

    Raises:
        HomeBusyError: a run is at it.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / NAME).open("a+") as file:
        _acquire(file, home, patience, time.sleep)
        yield


def check_free(home: Path) -> None:
    """Find out early that another run is at it; takes nothing and changes nothing.

    Raises:
        HomeBusyError: it is.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / NAME).open("a+") as file:
        _acquire(file, home, 0, time.sleep)


def _acquire(file: IO[str], home: Path, patience: float, sleep: Callable[[float], None]) -> None:
    waited = 0.0
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waited >= patience:
                holder = _read(file)
                who = f"process {holder['pid']}, since {holder['since']}" if holder else "it has just begun"
                raise HomeBusyError(f"another run is writing to {home} ({who}): wait for it to end") from None
            sleep(0.5)
            waited += 0.5
        else:
            return


def _read(file: IO[str]) -> dict[str, object]:
    file.seek(0)
    try:
        said = json.loads(file.read())
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _write(file: IO[str], content: dict[str, object]) -> None:
    file.seek(0)
    file.truncate()
    json.dump(content, file)
    file.flush()
