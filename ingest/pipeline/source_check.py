"""One check per source and run: the outcome of all its fetch tasks together."""

from collections.abc import Sequence
from datetime import date, datetime

from ingest.outcomes import CHANGED, LANDED, NOTHING_YET, REFUSED
from ingest.pipeline.bookkeeping import SourceCheck
from ingest.pipeline.fetch import Fetched


def summarize_source(source: str, fetched: Sequence[Fetched], last_date: date | None, now: datetime) -> SourceCheck:
    """The check of one source: its worst outcome, how new its observations are, and one sentence for a reader.

    Args:
        source: publisher:item.
        fetched: every task of the source, at least one.
        last_date: newest observation in the warehouse.
        now: moment of the run, UTC.
    """
    expected = max((f.task.expected_date for f in fetched if f.task.expected_date), default=None)
    is_late = expected is not None and (last_date is None or last_date < expected)
    outcome, detail = _status(fetched, last_date, expected, is_late=is_late)
    landed = [f.result for f in fetched if f.result]
    feeds_driver = any(f.task.feeds_driver for f in fetched)
    return SourceCheck(
        source=source,
        checked_at=now,
        outcome=outcome,
        last_observation_date=last_date,
        expected_date=expected,
        rows_landed=sum(r.rows_landed for r in landed),
        is_stale=outcome in (REFUSED, CHANGED) or (feeds_driver and is_late),
        detail=detail,
        url=fetched[0].task.request.public_url,
        payload_sha256=next((f.payload.sha256 for f in reversed(fetched) if f.payload), None),
        first_date=min((r.first_date for r in landed if r.first_date), default=None),
        last_date=max((r.last_date for r in landed if r.last_date), default=None),
    )


def _status(
    fetched: Sequence[Fetched], last_date: date | None, expected: date | None, *, is_late: bool
) -> tuple[str, str]:
    """Outcome and detail: a change outranks a refusal, which outranks a missing observation."""
    for failure in (CHANGED, REFUSED):
        if any(f.outcome == failure for f in fetched):
            return failure, _failure_detail(fetched, last_date)
    if is_late:
        return NOTHING_YET, f"The latest observation is {last_date or 'missing'}, {expected} was expected by now."
    has_rows = expected is not None or any(f.outcome == LANDED for f in fetched)
    outcome = LANDED if has_rows else NOTHING_YET
    rows = sum(f.result.rows_landed for f in fetched if f.result)
    summary = f"{rows} new versions from {len(fetched)} {'document' if len(fetched) == 1 else 'documents'}."
    details = [f.detail for f in fetched if f.detail and f.outcome == outcome]
    return outcome, f"{summary} {details[0]}." if details else summary


def _failure_detail(fetched: Sequence[Fetched], last_date: date | None) -> str:
    failures = [f.detail for f in fetched if f.outcome in (REFUSED, CHANGED)]
    others = f" ({len(failures)} of {len(fetched)} documents)" if len(fetched) > 1 else ""
    kept = f" Observations up to {last_date} are kept." if last_date else " No observations are stored."
    return f"{failures[0]}{others}.{kept}"
