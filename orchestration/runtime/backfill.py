"""A backfill of holdings files with its progress and outcome on the terminal."""

import os
from collections.abc import Sequence
from datetime import date

from rich.console import Console
from rich.table import Table

from ingest.exit_codes import ATTENTION, FAILED, SUCCESS
from ingest.http.client import Transport
from ingest.http.limits import Limits
from ingest.outcomes import CHANGED, LANDED, REFUSED
from ingest.pipeline import backfill as work
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.storage.archive import Archive
from orchestration.runtime.run_lock import acquire

LABELS = {
    LANDED: "landed",
    work.EMPTY: "empty: the issuer has no file for that date",
    REFUSED: "refused",
    CHANGED: "changed: could not be read",
    work.LEFT: "not requested yet",
}
MAX_DATES_LISTED = 6
PROGRESS_EVERY = 10


def run_backfill(sources: str | None, fund: str, first: date, last: date, budget: int) -> int:
    """Request the files of the range that are missing and print the outcome; returns the exit status.

    Raises:
        MacrotapeError: the request cannot be carried out; nothing was requested or written.
    """
    settings = Settings.from_env(sources=sources)
    ticker = Catalog.load().fund(fund).fund
    settings.folder.check_writable()
    console = Console(stderr=True, highlight=False)
    archive = Archive(settings.folder.archive)
    with acquire(settings.home, f"backfill-{os.getpid()}"):
        progress = work.known(settings, archive, ticker, first, last)
        to_request = min(budget, len(progress.dates(work.LEFT)))
        console.print(_opening(progress, ticker, to_request, settings), soft_wrap=True)

        def show(progress: work.Progress, day: date) -> None:
            if progress.requested % PROGRESS_EVERY == 0 or progress.requested == to_request:
                left = to_request - progress.requested
                console.print(
                    f"{progress.requested}/{to_request}  {day} {progress.outcomes[day]}{_pace(left, settings)}"
                )

        work.backfill(settings, archive, Transport(settings), ticker, progress, budget=budget, on_result=show)
    console.print(_summary(progress, ticker))
    return _close(progress, console)


def _opening(progress: work.Progress, fund: str, to_request: int, settings: Settings) -> str:
    counts = f"{len(progress.dates(LANDED))} landed, {len(progress.dates(work.EMPTY))} empty"
    return f"{fund}: {len(progress.outcomes)} sessions, {counts}; requesting {to_request}{_pace(to_request, settings)}"


def _pace(left: int, settings: Settings) -> str:
    """How long the rest takes at the pace of requests to the issuer."""
    if not left or settings.sources != "live":
        return f"; {left} to go" if left else ""
    return f"; {left} to go, about {max(1, round(left * Limits().issuer_pace / 60))} min"


def _summary(progress: work.Progress, fund: str) -> Table:
    table = Table("outcome", "sessions", "dates", title=f"holdings of {fund}", title_justify="left")
    for outcome, words in LABELS.items():
        if dates := progress.dates(outcome):
            table.add_row(words, str(len(dates)), _named(dates))
    return table


def _named(dates: Sequence[date]) -> str:
    if len(dates) > MAX_DATES_LISTED:
        return f"{dates[0]} to {dates[-1]}"
    return ", ".join(map(str, dates))


def _close(progress: work.Progress, console: Console) -> int:
    unread = [*progress.dates(CHANGED), *progress.dates(REFUSED)]
    for day in unread[:MAX_DATES_LISTED]:
        console.print(f"{day}: {progress.details.get(day, '')}", style="yellow", markup=False, soft_wrap=True)
    if progress.is_stopped:
        console.print("stopped: the issuer refuses further requests; try again later", soft_wrap=True)
    if progress.dates(CHANGED):
        return FAILED
    if unread or progress.dates(work.LEFT):
        console.print("not finished: run the same command again to continue", soft_wrap=True)
        return ATTENTION
    console.print("every session is landed or empty; build the marts with: macrotape run", soft_wrap=True)
    return SUCCESS
