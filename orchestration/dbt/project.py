"""The dbt project: its folders, the environment it reads, and an up-to-date manifest.

Dagster reads the dbt graph from target/manifest.json when the code location loads. A manifest older than the models
makes a run fail half-way, so the code location calls `ensure_manifest` first, which runs `dbt parse` if a file
changed.
"""

import hashlib
import os
import sys
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from ingest.paths import is_installed_package, project_folder
from ingest.settings import Settings
from orchestration.dbt.brief_text.templates import template_hash

DBT_DIR = project_folder() / "dbt_project"
MANIFEST = "manifest.json"
PARSED = "manifest.parsed"
PARTIAL_PARSE = "partial_parse.msgpack"
SOURCE_FOLDERS = ("models", "macros", "seeds", "tests")


def export_environment(settings: Settings) -> None:
    """Set the variables that profiles.yml reads, and switch off telemetry."""
    os.environ["MACROTAPE_WAREHOUSE"] = str(settings.folder.warehouse)
    os.environ["MACROTAPE_MEMORY_LIMIT"] = settings.memory_limit
    os.environ["MACROTAPE_SPILL"] = str(settings.spill)
    if settings.lake:
        os.environ["MACROTAPE_LAKE"] = str(settings.lake)
    if settings.is_on_spark:
        spark = settings.home / "spark"
        metastore = f"jdbc:derby:;databaseName={spark / 'metastore'};create=true"
        os.environ.setdefault("MACROTAPE_SPARK_WAREHOUSE", str(spark / "warehouse"))
        os.environ.setdefault("MACROTAPE_SPARK_METASTORE", metastore)
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"


def dbt_target(settings: Settings) -> Path:
    """Folder of the artifacts of builds: one per data folder and engine."""
    return settings.home / ("dbt" if settings.engine == "duckdb" else f"dbt-{settings.engine}")


def parsed_folder(settings: Settings) -> Path:
    """Folder of the parsed project: one per engine, because names and SQL differ.

    dbt's own `target` beside the project; in the data folder if the project is in an installed package.
    """
    folder = settings.home / "dbt-parsed" if is_installed_package() else DBT_DIR / "target"
    return folder if settings.engine == "duckdb" else folder / settings.engine


def ensure_manifest(settings: Settings | None = None) -> Path:
    """Path of the current manifest for the engine of `settings`; parses the project if it changed.

    Raises:
        DbtError: the project does not parse.
    """
    settings = settings or Settings.from_env()
    export_environment(settings)
    folder = parsed_folder(settings)
    manifest, parsed = folder / MANIFEST, folder / PARSED
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        now = project_fingerprint()
        if not manifest.exists() or not parsed.exists() or parsed.read_text() != now:
            from orchestration.dbt.runner import invoke

            parsed.unlink(missing_ok=True)
            # in full: where a file changed, a partial parse can lose what YAML says of a singular test
            invoke(["parse", "--no-partial-parse"], project_dir=DBT_DIR, target=folder, engine=settings.engine)
            parsed.write_text(now)
    return manifest


def parsed_project(settings: Settings) -> Path | None:
    """The parsed project that `ensure_manifest` left, for a build; None if dbt has to parse."""
    parsed = parsed_folder(settings) / PARTIAL_PARSE
    return parsed if parsed.exists() else None


def project_fingerprint() -> str:
    """Hash of every file dbt reads, the templates of its texts, and the versions that run them."""
    digest = hashlib.sha256(" ".join(map(version, ("dbt-core", "dbt-duckdb", "duckdb"))).encode())
    files = [DBT_DIR / "dbt_project.yml", DBT_DIR / "profiles.yml"]
    for folder in SOURCE_FOLDERS:
        files += sorted(p for p in (DBT_DIR / folder).rglob("*") if p.is_file())
    digest.update(template_hash().encode())
    for path in files:
        digest.update(str(path.relative_to(DBT_DIR)).encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()
