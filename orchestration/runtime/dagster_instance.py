"""Dagster's own folder inside the data folder, and its dagster.yaml: the project's, with the event log's place."""

import json
from pathlib import Path

from ingest.paths import project_folder

EVENT_LOG = {"module": "orchestration.runtime.event_log", "class": "KeptConnectionsEventLog"}


def prepare(home: Path) -> Path:
    """Make the folder and write its dagster.yaml; returns it."""
    home.mkdir(parents=True, exist_ok=True)
    base = home.resolve() / "history" / "runs"  # where Dagster's own storage has it too
    event_log = json.dumps({**EVENT_LOG, "config": {"base_dir": str(base)}})  # which is YAML too
    shared = (project_folder() / "dagster.yaml").read_text(encoding="utf-8")
    (home / "dagster.yaml").write_text(f"{shared}\nevent_log_storage: {event_log}\n", encoding="utf-8")
    return home
