"""What the outcomes of asking the sources mean for a run: judged here, without Dagster."""

from collections.abc import Collection, Sequence
from datetime import date

from ingest.pipeline.collect import CHANGED, REFUSED, SourceCheck

TABLE_OF_SOURCE = {
    "nav": "ishares__nav",
    "holdings": "ishares__holdings",
    "treasury": "treasury__par_yields",
    "fred": "fred__observations",
    "cboe": "cboe__vix",
    "yahoo": "yahoo__bars",
    "xnys": "xnys__sessions",
}
# Without net asset values there is no return to explain; every other source has a stand-in or is context.
ESSENTIAL = frozenset({"ishares__nav"})


def failure_of_table(table: str, checks: Sequence[SourceCheck]) -> str | None:
    """Why the asset of a raw table must fail, in one line; None when it need not.

    A changed source always fails: somebody has to look. A refusal leaves what is held standing, stale and
    said so; it fails only where nothing is held that a run cannot do without.
    """
    changed = [c for c in checks if c.outcome == CHANGED]
    if changed:
        return "; ".join(f"{c.source} changed: {c.detail}" for c in changed)
    if table in ESSENTIAL and checks and all(c.last_observation_date is None for c in checks):
        return f"nothing is held in {table} and nothing came: {checks[0].source}: {checks[0].detail}"
    return None


def failure_of_dates(chosen: Sequence[date], held: Collection[date], checks: Sequence[SourceCheck]) -> str | None:
    """Why an asset must fail whose partitions were chosen: a date nobody delivered is no success."""
    missing = [str(day) for day in chosen if day not in held]
    if not missing:
        return None
    said = next((c.detail for c in checks if c.detail), "no source said why")
    return f"nothing came for {', '.join(missing[:10])}{' and others' if len(missing) > 10 else ''}: {said}"


def failure_of_run(checks: Sequence[SourceCheck]) -> str | None:
    """Why no build should follow the fetching; None when one should."""
    if checks and all(c.outcome == REFUSED for c in checks):
        return f"every source refused; the first said: {checks[0].source}: {checks[0].detail}"
    if checks and all(c.last_observation_date is None for c in checks):
        return "no source has delivered an observation and none is held from earlier: there is nothing to build from"
    return None


def stale_sources(checks: Sequence[SourceCheck]) -> list[str]:
    """Sources that refused, and drivers' sources that did not deliver what they owed, with what is held instead."""
    return [f"{c.source} ({c.outcome}, newest {c.last_observation_date or 'none'})" for c in checks if c.is_stale]


def late_sources(checks: Sequence[SourceCheck]) -> list[SourceCheck]:
    """Sources whose newest observation is older than the one they owe."""
    return [c for c in checks if c.expected_date and (c.last_observation_date or date.min) < c.expected_date]


def table_of(source: str) -> str:
    """The raw table a source feeds, by the first part of its name."""
    return TABLE_OF_SOURCE.get(source.split(":")[0], "")
