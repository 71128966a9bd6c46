"""Dates as people type them."""

from datetime import date

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
