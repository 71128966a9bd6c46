"""Data folders filled by the real program, once a session: what most tests of the results read.

`simulated_home` is a run on the simulated market. `real_home` is a run on eighteen years of real
observations, served over HTTP by the mirror beside the project; tests that use it are skipped where
those observations are absent.
"""

import fcntl
import gzip
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from ingest.registry.calendars import session_dates

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared"
MIRROR = SHARED / "mirror" / "serve.py"
OBSERVATIONS = SHARED / "real" / "observations"


def macrotape(home: Path, *arguments: str, timeout: int = 600, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a person would, from another folder, with its data in `home`."""
    with started(home, *arguments, **environment) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def started(home: Path, *arguments: str, before: Sequence[str] = (), **environment: str) -> subprocess.Popen[str]:
    """The program, just started; `before` are words before it on the command line."""
    # without compiled modules, where a shell switches them off, every start takes four seconds more
    left_out = ("MACROTAPE_", "DAGSTER_", "DBT_", "PYTHONDONTWRITEBYTECODE")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    return subprocess.Popen(
        [*before, str(Path(sys.executable).with_name("macrotape")), *arguments],
        env={**inherited, "MACROTAPE_HOME": str(home), **environment},
        cwd=home.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def mirror(*options: str, data: Path = OBSERVATIONS) -> Iterator[str]:
    """A running mirror of the real sources, or of a part of them; gives its base URL."""
    server = subprocess.Popen(
        [sys.executable, str(MIRROR), "--data", str(data), "--port", "0", *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
    finally:
        server.kill()  # where a shell ignores interrupts, Dagster makes its children ignore a polite end too
        server.wait()


def recent(folder: Path, since: date) -> Path:
    """The observations from a date on, for as long as a test needs them: old ones are parsed again in every run."""
    for path in OBSERVATIONS.rglob("*.csv*"):
        copy = folder / path.relative_to(OBSERVATIONS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if "holdings" in path.parts:
            copy.symlink_to(path)
            continue
        text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("utf-8-sig")
        header, *rows = text.splitlines()
        lines = [header, *(row for row in rows if row >= str(since))]
        copy.with_suffix("").with_suffix(".csv").write_text("\n".join(lines) + "\n")
    return folder


def control(url: str, **settings: object) -> None:
    """Change a running mirror: its day, its faults."""
    body = json.dumps(settings).encode()
    urllib.request.urlopen(urllib.request.Request(f"{url}/__control", body, method="POST"), timeout=10).close()


@contextmanager
def made_once(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[tuple[Path, bool]]:
    """A folder that all workers of a test session share, and whether this one has to fill it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    done = folder / "done"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / "home", not done.exists()
        done.touch()


@pytest.fixture(scope="session")
def simulated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after one run on the simulated market; what it printed lies beside it."""
    with made_once(tmp_path_factory, "simulated") as (home, is_new):
        if is_new:
            run = macrotape(home, "run")
            assert run.returncode == 0, run.stdout + run.stderr
            (home.parent / "stdout").write_text(run.stdout)
            (home.parent / "stderr").write_text(run.stderr)
    return home


@pytest.fixture(scope="session")
def real_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after one run on the real observations from 2007 to the end of 2025."""
    with made_once(tmp_path_factory, "real") as (home, is_new):
        if is_new:
            with mirror("--today", "2025-12-31", "--lag", "0") as url:
                run = macrotape(home, "run", "--sources", url)
            assert run.returncode == 0, run.stdout + run.stderr
    return home


@dataclass(frozen=True)
class DayHomes:
    """Data folders of IWM, IVV and TLT up to the session before `session`, and of a clean run on it; copy before use.

    `observations` is what the mirror served them: a year of windows and a quarter of sessions before `session`.
    """

    session: date
    observations: Path
    before: Path
    clean: Path

    def run(self, home: Path, url: str, session: date | None = None) -> subprocess.CompletedProcess[str]:
        """One run at 09:00 in New York on the day after a session, `session` itself unless another is given."""
        morning = (session or self.session) + timedelta(days=1)
        options = ("--fund", "IWM", "--fund", "TLT", "--since", str(self.session - timedelta(days=484)))
        return macrotape(home, "run", "--sources", url, *options, MACROTAPE_NOW=f"{morning}T14:00:00Z")


def day_homes(tmp_path_factory: pytest.TempPathFactory, session: date) -> DayHomes:
    """Two data folders on real observations, every publisher on time."""
    with made_once(tmp_path_factory, f"day-{session}") as (home, is_new):
        homes = DayHomes(session, home.with_name("observations"), home, home.with_name("clean"))
        if is_new:
            recent(homes.observations, session - timedelta(days=484))
            before = session_dates(session - timedelta(days=10), session)[-2]
            with mirror("--today", str(before), "--lag", "0", data=homes.observations) as url:
                done = homes.run(home, url, before)
                assert done.returncode in (0, 3), done.stderr
                shutil.copytree(home, homes.clean, symlinks=True)
                control(url, today=str(session))
                done = homes.run(homes.clean, url)
                assert done.returncode == 0, done.stderr
    return homes


@pytest.fixture(scope="session")
def recent_homes(tmp_path_factory: pytest.TempPathFactory) -> DayHomes:
    """The folders of the last session of the real observations."""
    return day_homes(tmp_path_factory, date(2025, 12, 31))


@pytest.fixture(scope="session")
def longest_home(request: pytest.FixtureRequest) -> Path:
    """The data folder of the real observations where they are beside the project, else that of the simulated market."""
    home: Path = request.getfixturevalue("real_home" if OBSERVATIONS.exists() else "simulated_home")
    return home


@pytest.fixture(scope="session", params=["simulated", "real"])
def any_home(request: pytest.FixtureRequest) -> Path:
    """Each of the two data folders in turn."""
    home: Path = request.getfixturevalue(f"{request.param}_home")
    return home
