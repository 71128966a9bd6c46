"""Dagster's own folder inside the data folder."""

import shutil
from pathlib import Path

from ingest.settings import PROJECT_ROOT


def prepare(home: Path) -> Path:
    """Make the folder and put the project's dagster.yaml into it; returns it."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT_ROOT / "dagster.yaml", home / "dagster.yaml")
    return home
