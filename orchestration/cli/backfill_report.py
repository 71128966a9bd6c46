"""`macrotape backfill`: holdings of a range of dates, with what a person wants to see of it."""

import os
from collections.abc import Sequence
from datetime import date

from rich.console import Console
from rich.table import Table

from ingest.http.client import Limits, Transport
from ingest.pipeline import backfill as work
from ingest.pipeline.collect import CHANGED, LANDED, REFUSED
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.storage.archive import Archive
from orchestration.runtime.run_lock import held

DONE, FAILED, UNFINISHED = 0, 1, 3
SAID = {
    LANDED: "landed",
    work.EMPTY: "empty: the issuer has no file of that date",
    REFUSED: "refused",
    CHANGED: "changed: not understood",
    work.LEFT: "left to ask for",
}
MOST_NAMED = 6
EVERY = 10


def backfill(sources: str | None, fund: str, first: date, last: date, budget: int) -> int:
    """Ask for what is left of the range and say what is known of it; returns the exit status.

    Raises:
        MacrotapeError: the request cannot be carried out; nothing was asked or written.
    """
    settings = Settings.from_env(sources=sources)
    ticker = Catalog.load().fund(fund).fund
    settings.check_writable()
    console = Console(stderr=True, highlight=False)
    archive = Archive(settings.archive)
    with held(settings.home, f"backfill-{os.getpid()}"):
        progress = work.known(settings, archive, ticker, first, last)
        to_ask = min(budget, len(progress.dates(work.LEFT)))
        console.print(_opening(progress, ticker, to_ask, settings), soft_wrap=True)

        def show(progress: work.Progress, day: date) -> None:
            if progress.asked % EVERY == 0 or progress.asked == to_ask:
                left = to_ask - progress.asked
                console.print(f"{progress.asked}/{to_ask}  {day} {progress.outcomes[day]}{_pace(left, settings)}")

        work.backfill(settings, archive, Transport(settings), ticker, progress, budget=budget, on_result=show)
    console.print(_summary(progress, ticker))
    return _close(progress, console)


def _opening(progress: work.Progress, fund: str, to_ask: int, settings: Settings) -> str:
    counts = f"{len(progress.dates(LANDED))} landed, {len(progress.dates(work.EMPTY))} empty"
    return f"{fund}: {len(progress.outcomes)} sessions, {counts}; asking for {to_ask}{_pace(to_ask, settings)}"


def _pace(left: int, settings: Settings) -> str:
    """How long what is left takes at the pace the issuer is asked at."""
    if not left or settings.sources != "live":
        return f"; {left} to go" if left else ""
    return f"; {left} to go, about {max(1, round(left * Limits().issuer_pace / 60))} min"


def _summary(progress: work.Progress, fund: str) -> Table:
    table = Table("outcome", "sessions", "dates", title=f"holdings of {fund}", title_justify="left")
    for outcome, words in SAID.items():
        if dates := progress.dates(outcome):
            table.add_row(words, str(len(dates)), _named(dates))
    return table


def _named(dates: Sequence[date]) -> str:
    if len(dates) > MOST_NAMED:
        return f"{dates[0]} to {dates[-1]}"
    return ", ".join(map(str, dates))


def _close(progress: work.Progress, console: Console) -> int:
    unread = [*progress.dates(CHANGED), *progress.dates(REFUSED)]
    for day in unread[:MOST_NAMED]:
        console.print(f"{day}: {progress.details.get(day, '')}", style="yellow", markup=False, soft_wrap=True)
    if progress.is_stopped:
        console.print("stopped: the issuer no longer gives what it is asked for; try again later", soft_wrap=True)
    if progress.dates(CHANGED):
        return FAILED
    if unread or progress.dates(work.LEFT):
        console.print("not finished: the same command goes on where this one stopped", soft_wrap=True)
        return UNFINISHED
    console.print("every session is landed or empty; macrotape run builds the marts with them", soft_wrap=True)
    return DONE
