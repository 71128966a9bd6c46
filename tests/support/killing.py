"""kill -9 of the program itself, in the stage of a run that is asked for."""

import random
import time
from pathlib import Path
from subprocess import Popen

from tests.support.homes import started

STAGES = ("fetching", "building", "publishing", "writing down")
# After what the stage begins, and how long it may last: the moment is drawn from there.
FETCHED = "raw/macrotape__source_checks "
LONGEST = {"fetching": 3.0, "building": 6.0, "publishing": 1.0, "writing down": 0.2}


def killed(home: Path, stage: str, chance: random.Random, *arguments: str, **environment: str) -> str:
    """Start a run and kill it in that stage; the stage it was really in, "ended" if it was too quick."""
    before = (home / "current").readlink()
    process = started(home, *arguments, **environment)
    try:
        while process.poll() is None and not _reached(stage, home, process, before):
            time.sleep(0.01)
        time.sleep(chance.uniform(0, LONGEST[stage]))
    finally:
        process.kill()
        process.communicate()
    if process.returncode != -9:
        return "ended"
    return next((s for s in reversed(STAGES[2:]) if _reached(s, home, process, before)), stage)


def _reached(stage: str, home: Path, process: Popen[str], before: Path) -> bool:
    if stage == "fetching":
        lock = home / ".run.lock"
        return lock.exists() and f'"pid": {process.pid},' in lock.read_text()
    if stage == "building":
        assert process.stderr is not None
        return any(FETCHED in line for line in process.stderr)
    if stage == "publishing":
        return any((home / "releases").glob(".building-*"))
    return (home / "current").readlink() != before
