"""`macrotape doctor`: what works, what is late, what is blocked; disk, locks, versions, archive and release."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

import duckdb

from ingest.errors import MacrotapeError
from ingest.health.probe import BLOCKED, CHANGED, LATE, Probe, probe_sources
from ingest.http.client import Limits, Transport
from ingest.registry.seeds import Catalog
from ingest.settings import PROJECT_ROOT, Settings
from ingest.storage.archive import Archive
from orchestration.publishing.release import read_release
from orchestration.publishing.versions import STACK
from orchestration.reporting.brief.read import DEFAULT_FUND
from orchestration.runtime.run_lock import HomeBusyError, check_free

WELL, UNWELL, STALE = 0, 1, 3
BROKEN, BUSY = "broken", "busy"
# A run writes a second warehouse's worth of temporary data and a release.
LEAST_FREE_GB = 2.0
# Of so many of the newest documents the bytes are compared with their hash; a replay compares all.
READ_BACK = 50
# A doctor asks once or twice and does not wait out a source that hangs.
LIMITS = Limits(read=25, whole=30, attempts=2, budget=30)


@dataclass(frozen=True)
class Finding:
    """One line of the report; `weight` is what it does to the exit status."""

    what: str
    state: str
    detail: str
    weight: int = WELL


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything here first, then the sources, one finding at a time."""
    is_busy = False
    for what, look in LOCAL.items():
        if is_busy and what == "warehouse":
            yield Finding(what, BUSY, "the run that is writing holds it; readers belong to the release")
            continue
        try:
            yield Finding(what, "works", look(settings))
        except HomeBusyError as busy:
            is_busy = True
            yield Finding(what, BUSY, str(busy))
        except (MacrotapeError, OSError, duckdb.Error) as error:
            yield Finding(what, BROKEN, " ".join(str(error).split()), UNWELL)
    catalog = Catalog.load()
    transport = Transport(settings, catalog, limits=LIMITS)
    states = []
    for probe in probe_sources(settings, catalog, transport, DEFAULT_FUND):
        states.append(probe.state)
        yield Finding(_name(probe), probe.state, probe.detail, _weight(probe))
    if set(states) == {BLOCKED}:
        detail = "every source is blocked, a run would publish nothing: look at the network, a proxy or a firewall"
        yield Finding("sources", BROKEN, detail, UNWELL)


def _name(probe: Probe) -> str:
    return f"{probe.source} (stand-in)" if probe.is_alternative else probe.source


def _weight(probe: Probe) -> int:
    if probe.is_alternative:
        return WELL
    if probe.state == CHANGED:
        return UNWELL
    return STALE if probe.state in (BLOCKED, LATE) and probe.feeds_driver else WELL


def _folder(settings: Settings) -> str:
    settings.check_writable()
    free = shutil.disk_usage(settings.home).free / 1e9
    if free < LEAST_FREE_GB:
        raise OSError(
            f"{free:.1f} GB free in {settings.home}, a run wants {LEAST_FREE_GB:.0f}: make room or set MACROTAPE_HOME"
        )
    return f"{settings.home}, {free:.0f} GB free"


def _lock(settings: Settings) -> str:
    check_free(settings.home)
    return "no run is writing"


def _warehouse(settings: Settings) -> str:
    if not settings.warehouse.exists():
        return "none yet"
    from ingest.storage import warehouse

    with warehouse.connect(settings, read_only=True, patience=0) as con:
        learned = con.execute("select max(knowledge_ts) from raw.macrotape__source_checks").fetchall()[0][0]
    return f"opens; last asked {learned} UTC"


def _archive(settings: Settings) -> str:
    archive = Archive(settings.archive)
    entries = archive.entries()
    missing = archive.missing()
    if missing:
        raise OSError(
            f"{len(missing)} documents of the archive are missing, the first is {missing[0]}: restore it from a "
            "backup; until then no replay, runs go on"
        )
    newest = list(dict.fromkeys(entry.sha256 for entry in reversed(entries)))[:READ_BACK]
    for sha256 in newest:
        archive.read(sha256)
    landings = len(archive.landings())
    return f"{len(entries):,} responses, none missing, the newest {len(newest)} read back; {landings:,} landings"


def _release(settings: Settings) -> str:
    if not settings.current.is_symlink():
        return "none yet"
    published = read_release(settings.current)
    absent = [name for name in published.manifest["files"] if not (published.path / name).exists()]
    if absent:
        raise OSError(f"release {published.release_id} lacks {', '.join(absent)}: move `current` to an earlier one")
    return f"{published.release_id}, {published.manifest['sources_mode']}"


def _versions(_: Settings) -> str:
    locked = dict(re.findall(r"^([a-z0-9-]+)==([^\s\\]+)", (PROJECT_ROOT / "requirements.lock").read_text(), re.M))
    found = {name: version(name) for name in STACK}
    other = [f"{n} {v}, locked {locked[n]}" for n, v in found.items() if locked.get(n, v) != v]
    if other:
        raise OSError(f"not the locked versions: {'; '.join(other)}: run `make setup`")
    return ", ".join(f"{name} {v}" for name, v in found.items())


LOCAL: dict[str, Callable[[Settings], str]] = {
    "data folder": _folder,
    "lock": _lock,
    "warehouse": _warehouse,
    "archive": _archive,
    "release": _release,
    "versions": _versions,
}
