"""Where the dbt project is, what environment it reads, and keeping its manifest up to date.

Dagster reads the dbt graph from target/manifest.json when the code location loads, and a manifest older
than the models makes a run fail half-way. So whoever loads the definitions first asks `ensure_manifest`,
which runs `dbt parse` only when a file of the project changed.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from ingest.settings import PROJECT_ROOT, Settings

DBT_DIR = PROJECT_ROOT / "dbt_project"
TARGET = DBT_DIR / "target"
MANIFEST = TARGET / "manifest.json"
PARSED = TARGET / "manifest.parsed"
PARTIAL_PARSE = "partial_parse.msgpack"
SOURCE_FOLDERS = ("models", "macros", "seeds", "tests")


def export_environment(settings: Settings) -> None:
    """Set what dbt's profile reads, and switch off what would call home."""
    os.environ["MACROTAPE_WAREHOUSE"] = str(settings.warehouse)
    os.environ["MACROTAPE_MEMORY_LIMIT"] = settings.memory_limit
    os.environ["MACROTAPE_SPILL"] = str(settings.spill)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"


def dbt_target(settings: Settings) -> Path:
    """Folder of the artefacts of runs: one per data folder, so that two of them never mix."""
    return settings.home / "dbt"


def ensure_manifest() -> Path:
    """The manifest of the project as it stands; parsed anew only when the project changed.

    Raises:
        DbtError: the project does not parse.
    """
    export_environment(Settings.from_env())
    TARGET.mkdir(exist_ok=True)
    with _one_at_a_time(TARGET / ".lock"):
        now = project_fingerprint()
        if not MANIFEST.exists() or not PARSED.exists() or PARSED.read_text() != now:
            from orchestration.lib.dbt_runner import invoke

            PARSED.unlink(missing_ok=True)
            invoke(["parse"], project_dir=DBT_DIR, target=TARGET)
            PARSED.write_text(now)
    return MANIFEST


def warm(target: Path) -> Path:
    """A dbt target folder, begun with the parse that made the manifest."""
    target.mkdir(parents=True, exist_ok=True)
    if not (target / PARTIAL_PARSE).exists() and (TARGET / PARTIAL_PARSE).exists():
        shutil.copy(TARGET / PARTIAL_PARSE, target / PARTIAL_PARSE)
    return target


def project_fingerprint() -> str:
    """Hash of every file dbt reads, and of dbt's version. Content, because times change with every checkout."""
    digest = hashlib.sha256(version("dbt-core").encode())
    files = [DBT_DIR / "dbt_project.yml", DBT_DIR / "profiles.yml"]
    for folder in SOURCE_FOLDERS:
        files += sorted(p for p in (DBT_DIR / folder).rglob("*") if p.is_file())
    for path in files:
        digest.update(str(path.relative_to(DBT_DIR)).encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Keep two processes from parsing into one folder at once; the lock ends with its process."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
