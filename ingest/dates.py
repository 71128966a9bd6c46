"""Dates and moments as people type them, and as pages show them."""

from contextlib import suppress
from datetime import UTC, date, datetime, time

from ingest.errors import Misconfigured


def parse_day(text: str | None, name: str) -> date | None:
    """A date option; nothing typed is no date.

    Raises:
        Misconfigured: it is no ISO date.
    """
    if not text or not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Misconfigured(f"{name} is {text!r}: expected a date as YYYY-MM-DD") from error


def parse_moment(text: str, name: str) -> datetime:
    """A moment as an option or a variable states it, UTC unless it says otherwise; a date alone is its last second.

    Raises:
        Misconfigured: it is no ISO date and time.
    """
    with suppress(ValueError):
        return datetime.combine(date.fromisoformat(text.strip()), time(23, 59, 59), tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Misconfigured(
            f"{name} is {text!r}: expected an ISO date and time such as 2026-06-30T22:00:00Z"
        ) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def non_breaking_date(day: date | None) -> str:
    """A date that a narrow column of a page does not break at its hyphens; nothing for none."""
    return str(day or "").replace("-", "\N{NON-BREAKING HYPHEN}")
