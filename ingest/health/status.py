"""What the outcomes of source checks mean for a run: does it continue, which sources need repair, which are late."""

from collections.abc import Collection, Sequence
from datetime import date

from ingest.outcomes import CHANGED, LATE_AND_NEEDED, LATE_NOT_NEEDED, REFUSED
from ingest.pipeline.bookkeeping import SourceCheck
from ingest.sources.registry import table_of

# Returns of funds come from these: without any of them there is nothing to explain.
RETURN_TABLES = frozenset({"ishares__nav", "yahoo__bars"})
MAX_DATES_LISTED = 10


def unreadable_sources(checks: Sequence[SourceCheck]) -> str | None:
    """Which sources of a table sent a document that cannot be read, and what was found; None when none did.

    The run continues: what depends on the source keeps its stored observations, or a fallback stands in.
    """
    return "; ".join(f"{c.source} changed: {c.detail}" for c in checks if c.outcome == CHANGED) or None


def failure_of_dates(chosen: Sequence[date], stored: Collection[date], checks: Sequence[SourceCheck]) -> str | None:
    """Why an asset must fail whose partitions were chosen: a date without rows is not a success."""
    missing = [str(day) for day in chosen if day not in stored]
    if not missing:
        return None
    reason = next((c.detail for c in checks if c.detail), "no source gave a reason")
    more = " and others" if len(missing) > MAX_DATES_LISTED else ""
    return f"no rows for {', '.join(missing[:MAX_DATES_LISTED])}{more}: {reason}"


def failure_of_run(checks: Sequence[SourceCheck]) -> str | None:
    """Why the build must not follow the fetching; None when something new can be said of a fund, or may be."""
    if not checks:
        return None
    first = f"the first: {checks[0].source}: {checks[0].detail}"
    if all(c.outcome in (REFUSED, CHANGED) for c in checks):
        verb = "refused" if all(c.outcome == REFUSED for c in checks) else "refused or changed"
        return f"every source {verb}; {first}"
    returns = [c for c in checks if table_of(c.source) in RETURN_TABLES]
    if returns and all(c.last_observation_date is None for c in returns):
        why = f"{returns[0].source}: {returns[0].detail}"
        return f"no source of fund returns has delivered an observation and none is stored; {why}"
    if all(c.last_observation_date is None for c in checks):
        return "no source has delivered an observation and none is stored: there is nothing to build from"
    return None


def attention(checks: Sequence[SourceCheck]) -> list[str]:
    """What a reader must know of the sources, a phrase each: changed, refused, or late while a driver needs it."""
    return [
        f"{check.outcome if check.outcome in (CHANGED, REFUSED) else LATE_AND_NEEDED}: {check.source} {_latest(check)}"
        for check in checks
        if check.is_stale
    ]


def late_but_not_needed(checks: Sequence[SourceCheck]) -> list[str]:
    """Sources that are late and that no number of the session depends on; those without any observation together."""
    late = [check for check in late_sources(checks) if not check.is_stale]
    empty = ", ".join(check.source for check in late if check.last_observation_date is None)
    phrases = [f"{LATE_NOT_NEEDED}: {check.source} {_latest(check)}" for check in late if check.last_observation_date]
    return [*phrases, f"no observations yet: {empty}"] if empty else phrases


def _latest(check: SourceCheck) -> str:
    expected = f", expected {check.expected_date}" if check.expected_date else ""
    return f"(latest {check.last_observation_date or 'none'}{expected})"


def late_sources(checks: Sequence[SourceCheck]) -> list[SourceCheck]:
    """Sources whose latest observation is older than expected."""
    return [c for c in checks if c.expected_date and (c.last_observation_date or date.min) < c.expected_date]
