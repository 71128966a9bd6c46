"""What a run is doing, line by line: a spinner and ticks on a terminal, plain lines everywhere else.

Dagster hands every event of a run to its loggers; this one turns the few that matter into lines and keeps
quiet about the rest, which stays in Dagster's own event log.
"""

import logging
from typing import Any

import dagster as dg
from rich.console import Console
from rich.status import Status
from rich.text import Text

from orchestration.runtime.steps import step_label

LOGGER = "macrotape.progress"


@dg.logger(config_schema={}, description="Lines for the terminal of `macrotape run`.")
def progress_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """The logger of a run; attach a `Progress` to see it."""
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    return logger


class Progress(logging.Handler):
    """Shows steps as they start and end; use as a context manager around the run."""

    def __init__(self, console: Console):
        super().__init__()
        self._console = console
        self._status: Status | None = console.status("starting") if console.is_terminal else None
        self._said: dict[str, str] = {}
        self._counts: dict[str, dict[str, int]] = {}

    def __enter__(self) -> "Progress":
        logging.getLogger(LOGGER).addHandler(self)
        if self._status:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger(LOGGER).removeHandler(self)
        if self._status:
            self._status.stop()

    def say(self, text: str) -> None:
        """What is being done now; on a terminal only."""
        if self._status:
            self._status.update(Text(text))

    def emit(self, record: logging.LogRecord) -> None:
        """Handle one record: an event of Dagster, a warning of an asset, or a word on what is being done."""
        meta: dict[str, Any] = getattr(record, "dagster_meta", {})
        step, event = str(meta.get("step_key") or ""), meta.get("dagster_event")
        if not meta:
            self.say(record.getMessage())
        elif event is not None:
            self._on_event(event, step)
        elif record.levelno == logging.WARNING and step:
            self._line("!", str(meta.get("orig_message")), "yellow")

    def _on_event(self, event: Any, step: str) -> None:
        kind = event.event_type_value
        if kind == "STEP_START":
            self.say(step_label(step))
        elif kind == "ASSET_MATERIALIZATION":
            self._count(step, "assets")
            if "unchanged" in event.materialization.metadata:
                self._count(step, "of them unchanged")
            self._said[step] = _landed(event.materialization.metadata) or self._said.get(step, "")
        elif kind == "ASSET_CHECK_EVALUATION":
            self._on_check(event.asset_check_evaluation_data, step)
        elif kind == "STEP_SUCCESS" and "assets" in self._counts.get(step, {}):
            seconds = event.event_specific_data.duration_ms / 1000
            self._line("✓", f"{step_label(step):30} {self._summary(step):40} {seconds:6.1f} s", "green")
        elif kind == "STEP_FAILURE":
            said = event.event_specific_data.user_failure_data
            self._line("✗", f"{step_label(step)}: {said.description}" if said else step_label(step), "red")
        elif kind == "STEP_UP_FOR_RETRY":
            self._line("!", f"{step_label(step)} will be tried again", "yellow")

    def _on_check(self, evaluation: Any, step: str) -> None:
        self._count(step, "checks")
        if not evaluation.passed:
            asset = evaluation.asset_key.to_user_string()
            said = evaluation.description or f"check {evaluation.check_name} did not pass"
            self._line("!", f"{asset}: {said}", "yellow")

    def _summary(self, step: str) -> str:
        counts = self._counts.get(step, {})
        return self._said.get(step) or ", ".join(f"{n} {name}" for name, n in counts.items() if n > 1)

    def _count(self, step: str, name: str) -> None:
        counts = self._counts.setdefault(step, {})
        counts[name] = counts.get(name, 0) + 1

    def _line(self, mark: str, text: str, style: str) -> None:
        self._console.print(Text.assemble((mark, style), " ", text.rstrip()), soft_wrap=True, highlight=False)


def _landed(metadata: Any) -> str:
    if "rows_landed" in metadata and "last_date" in metadata:
        return f"{metadata['rows_landed'].value:,} new rows, latest {metadata['last_date'].value}"
    if "sources_checked" in metadata:
        failing, late = len(metadata["attention"].data), len(metadata["late"].data)
        counts = [f"{failing} to look at" if failing else "", f"{late} late" if late else ""]
        return ", ".join([f"{metadata['sources_checked'].value} sources", *filter(None, counts)])
    if "release_id" in metadata:
        return str(metadata["release_id"].value)
    return ""
