"""FRED's graph CSV."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from ingest.simulation.context import fred
from ingest.simulation.publication import published


def fred_csv(series_ids: list[str], query: Mapping[str, str], now: datetime) -> bytes:
    """The graph CSV: series joined by date, weekdays without an observation present and blank."""
    first, last = query.get("cosd") or "0001-01-01", query.get("coed") or "9999-12-31"
    columns = {series_id: _fred_published(series_id, now) for series_id in series_ids}
    days = sorted(set().union(*columns.values()))
    if days:
        span = (days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days))
        days = sorted(set(days).union(day for day in span if day.weekday() < 5))
    rows = (
        ",".join([day.isoformat(), *(columns[s].get(day, "") for s in series_ids)])
        for day in days
        if first <= day.isoformat() <= last
    )
    return "\n".join([f"observation_date,{','.join(series_ids)}", *rows, ""]).encode()


def _fred_published(series_id: str, now: datetime) -> dict[date, str]:
    observations = fred(series_id)
    days = list(observations)
    decimals = 4 if series_id == "DTWEXBGS" else 2
    # FRED keeps three rolling years of every ICE BofA series.
    first = (now - timedelta(days=3 * 365 + 1)).date() if series_id.startswith("BAML") else days[0]
    out = days[: published("fred", series_id, days, now)]
    return {day: f"{observations[day]:.{decimals}f}" for day in out if day >= first}
