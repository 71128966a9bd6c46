"""One run at a time per data folder.

Dagster's pool keeps two steps from writing at once, but not two runs from interleaving: one run could publish
marts that another is rebuilding. The operating system releases the lock when its process ends. A small file beside
the lock names the holder, so that the next run can tell when a run was killed.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ingest.errors import MacrotapeError

LOCK = ".run.lock"
HOLDER = ".run.json"


class HomeBusyError(MacrotapeError):
    """Another run is writing to the data folder; the message names its process and start."""


@contextmanager
def acquire(home: Path, run_id: str, timeout_s: float = 0) -> Iterator[str | None]:
    """Lock a data folder for a run.

    Args:
        home: the data folder.
        run_id: recorded while the lock is held.
        timeout_s: seconds to wait for another run to end.

    Yields:
        The id of a run that was killed while it held the lock, or None when the last run ended properly.

    Raises:
        HomeBusyError: the other run did not end in time.
    """
    with exclusive(home, timeout_s):
        killed = _read_holder(home).get("run_id")
        holder = {"pid": os.getpid(), "run_id": run_id, "since": time.strftime("%H:%M:%S")}
        (home / HOLDER).write_text(json.dumps(holder), encoding="utf-8")
        try:
            yield str(killed) if killed else None
        finally:
            (home / HOLDER).unlink(missing_ok=True)


@contextmanager
def exclusive(home: Path, timeout_s: float = 0) -> Iterator[None]:
    """Keep runs out of a data folder without starting one; the record of a killed run stays.

    Raises:
        HomeBusyError: a run is writing.
    """
    home.mkdir(parents=True, exist_ok=True)
    _keep_record_of_older_versions(home)
    try:
        with FileLock(home / LOCK, timeout=timeout_s, poll_interval=0.1):
            yield
    except Timeout:
        holder = _read_holder(home)
        who = f"process {holder['pid']}, since {holder['since']}" if holder else "it has just started"
        raise HomeBusyError(f"another run is writing to {home} ({who}): wait for it to end") from None


def check_free(home: Path) -> None:
    """Check that no run is writing; changes nothing.

    Raises:
        HomeBusyError: a run is writing.
    """
    with exclusive(home):
        pass


def _keep_record_of_older_versions(home: Path) -> None:
    """Versions before 0.2 named the holder in the lock file itself, which opening the lock empties."""
    lock = home / LOCK
    if not (home / HOLDER).exists() and lock.exists() and (content := lock.read_text(encoding="utf-8")).strip("{} \n"):
        (home / HOLDER).write_text(content, encoding="utf-8")


def _read_holder(home: Path) -> dict[str, object]:
    try:
        holder = json.loads((home / HOLDER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return holder if isinstance(holder, dict) else {}
