"""The state of a data folder and of its sources, one finding at a time."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

import duckdb

from ingest.errors import MacrotapeError
from ingest.exit_codes import ATTENTION, FAILED, SUCCESS
from ingest.health.probe import Probe, probe_sources
from ingest.http.client import Transport
from ingest.http.limits import Limits
from ingest.outcomes import BLOCKED, CHANGED, LATE, WORKS
from ingest.paths import project_folder
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.storage.archive import Archive
from orchestration.publishing.release import read_release
from orchestration.publishing.versions import STACK
from orchestration.reporting.brief.read import DEFAULT_FUND
from orchestration.runtime.disk_space import check_free_disk
from orchestration.runtime.run_lock import HomeBusyError, check_free

BROKEN, BUSY = "broken", "busy"
# The bytes of this many of the newest documents are compared with their hash; a replay compares all.
DOCUMENTS_READ_BACK = 50
# A diagnosis tries a source twice at most and does not wait for one that hangs.
LIMITS = Limits(read=25, whole=30, attempts=2, budget=30)


@dataclass(frozen=True)
class Finding:
    """One line of the report; `exit_code` is what it contributes to the exit status."""

    subject: str
    state: str
    detail: str
    exit_code: int = SUCCESS


def diagnose(settings: Settings) -> Iterator[Finding]:
    """First the data folder, then the sources."""
    yield from _local_findings(settings)
    yield from _source_findings(settings)


def _local_findings(settings: Settings) -> Iterator[Finding]:
    is_busy = False
    for subject, check in LOCAL_CHECKS.items():
        if is_busy and subject == "warehouse":
            yield Finding(subject, BUSY, "a run is writing to it; readers use the published release")
            continue
        try:
            yield Finding(subject, WORKS, check(settings))
        except HomeBusyError as busy:
            is_busy = True
            yield Finding(subject, BUSY, str(busy))
        except (MacrotapeError, OSError, duckdb.Error) as error:
            yield Finding(subject, BROKEN, " ".join(str(error).split()), FAILED)


def _source_findings(settings: Settings) -> Iterator[Finding]:
    catalog = Catalog.load()
    transport = Transport(settings, catalog, limits=LIMITS)
    states = []
    for probe in probe_sources(settings, catalog, transport, DEFAULT_FUND):
        states.append(probe.state)
        subject = f"{probe.source} (alternative)" if probe.is_alternative else probe.source
        yield Finding(subject, probe.state, probe.detail, _exit_code(probe))
    if set(states) == {BLOCKED}:
        detail = "every source is blocked, a run would publish nothing: check the network, the proxy and the firewall"
        yield Finding("sources", BROKEN, detail, FAILED)


def _exit_code(probe: Probe) -> int:
    if probe.is_alternative:
        return SUCCESS
    if probe.state == CHANGED:
        return FAILED
    return ATTENTION if probe.state in (BLOCKED, LATE) and probe.feeds_driver else SUCCESS


def _check_folder(settings: Settings) -> str:
    settings.folder.check_writable()
    return f"{settings.home}, {check_free_disk(settings) / 1000:.1f} GB free"


def _check_lock(settings: Settings) -> str:
    check_free(settings.home)
    return "no run is writing"


def _check_warehouse(settings: Settings) -> str:
    if not settings.folder.warehouse.exists():
        return "none yet"
    from ingest.storage import warehouse

    with warehouse.connect(settings, read_only=True, patience=0) as con:
        last_check = con.execute("select max(knowledge_ts) from raw.macrotape__source_checks").fetchall()[0][0]
    return f"opens; sources last checked {last_check} UTC" if last_check else "opens; no runs yet"


def _check_archive(settings: Settings) -> str:
    archive = Archive(settings.folder.archive)
    entries = archive.entries()
    missing = archive.missing()
    if missing:
        raise OSError(
            f"{len(missing)} documents of the archive are missing, the first is {missing[0]}: restore it from a "
            "backup; until then a replay fails, runs work"
        )
    newest = list(dict.fromkeys(entry.sha256 for entry in reversed(entries)))[:DOCUMENTS_READ_BACK]
    for sha256 in newest:
        archive.read(sha256)
    landings = len(archive.landings())
    return f"{len(entries):,} responses, none missing, the newest {len(newest)} read back; {landings:,} landings"


def _check_release(settings: Settings) -> str:
    if not settings.folder.current.is_symlink():
        return "none yet"
    published = read_release(settings.folder.current)
    missing = [name for name in published.manifest["files"] if not (published.path / name).exists()]
    if missing:
        raise OSError(
            f"release {published.release_id} has no {', '.join(missing)}: point `current` at an earlier release"
        )
    return f"{published.release_id}, {published.manifest['sources_mode']}"


def _check_versions(_: Settings) -> str:
    lock = (project_folder() / "requirements.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([a-z0-9-]+)==([^\s\\]+)", lock, re.M))
    installed = {name: version(name) for name in STACK}
    differing = [f"{n} {v}, locked {locked[n]}" for n, v in installed.items() if locked.get(n, v) != v]
    if differing:
        raise OSError(f"not the locked versions: {'; '.join(differing)}: install from requirements.lock")
    return ", ".join(f"{name} {v}" for name, v in installed.items())


LOCAL_CHECKS: dict[str, Callable[[Settings], str]] = {
    "data folder": _check_folder,
    "lock": _check_lock,
    "warehouse": _check_warehouse,
    "archive": _check_archive,
    "release": _check_release,
    "versions": _check_versions,
}
