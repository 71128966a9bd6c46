"""What the outcomes of source checks mean for a run: which assets fail, which sources are late."""

from collections.abc import Collection, Sequence
from datetime import date

from ingest.outcomes import CHANGED, REFUSED
from ingest.pipeline.bookkeeping import SourceCheck

# Without net asset values there is no return to explain; every other source has a fallback or is context.
ESSENTIAL = frozenset({"ishares__nav"})
MAX_DATES_LISTED = 10


def failure_of_table(table: str, checks: Sequence[SourceCheck]) -> str | None:
    """Why the asset of a raw table must fail, in one line; None when it need not.

    A changed source always fails, because its parser needs a repair. A refused source keeps its stored observations
    and is reported as stale; it fails only where nothing is stored that a run needs.
    """
    changed = [c for c in checks if c.outcome == CHANGED]
    if changed:
        return "; ".join(f"{c.source} changed: {c.detail}" for c in changed)
    if table in ESSENTIAL and checks and all(c.last_observation_date is None for c in checks):
        return f"{table} has no observations, and none could be fetched: {checks[0].source}: {checks[0].detail}"
    return None


def failure_of_dates(chosen: Sequence[date], stored: Collection[date], checks: Sequence[SourceCheck]) -> str | None:
    """Why an asset must fail whose partitions were chosen: a date without rows is not a success."""
    missing = [str(day) for day in chosen if day not in stored]
    if not missing:
        return None
    reason = next((c.detail for c in checks if c.detail), "no source gave a reason")
    more = " and others" if len(missing) > MAX_DATES_LISTED else ""
    return f"no rows for {', '.join(missing[:MAX_DATES_LISTED])}{more}: {reason}"


def failure_of_run(checks: Sequence[SourceCheck]) -> str | None:
    """Why the build must not follow the fetching; None when it can."""
    if checks and all(c.outcome == REFUSED for c in checks):
        return f"every source refused; the first: {checks[0].source}: {checks[0].detail}"
    if checks and all(c.last_observation_date is None for c in checks):
        return "no source has delivered an observation and none is stored: there is nothing to build from"
    return None


def stale_sources(checks: Sequence[SourceCheck]) -> list[str]:
    """Sources that refused, and sources of drivers that did not deliver what was due, with their latest date."""
    return [f"{c.source} ({c.outcome}, latest {c.last_observation_date or 'none'})" for c in checks if c.is_stale]


def late_sources(checks: Sequence[SourceCheck]) -> list[SourceCheck]:
    """Sources whose latest observation is older than expected."""
    return [c for c in checks if c.expected_date and (c.last_observation_date or date.min) < c.expected_date]
