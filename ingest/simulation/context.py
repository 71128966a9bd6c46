"""Context series: FRED observations and the VIX, consistent with the planted drivers."""

from collections.abc import Callable
from datetime import date
from functools import cache

import numpy as np

from ingest.simulation.curve import real_10y, yields
from ingest.simulation.drivers import Floats, drivers
from ingest.simulation.parameters import PARAMETERS
from ingest.simulation.universe import generator

Observations = dict[date, float]


@cache
def fred(series_id: str) -> Observations:
    """Observations of a FRED series by date, missing days absent; a random walk for an id without parameters."""
    if series_id in _FRED:
        return _FRED[series_id]()
    steps = generator(f"fred:{series_id}").standard_normal(len(yields("10 Yr")))
    return {d: round(100 + float(v), 2) for d, v in zip(yields("10 Yr"), np.cumsum(steps), strict=True)}


def _breakeven() -> Observations:
    nominal, real = yields("10 Yr"), real_10y()
    return {day: round(nominal[day] - real[day], 2) for day in nominal}


def _wti() -> Observations:
    """Spot follows USO with a basis of its own; no quote on the day after Thanksgiving; once below zero."""
    spot = _spot(PARAMETERS.negative_spot_series, start=74.0)
    quoted = {day: v for day, v in spot.items() if not (day.month == 11 and day.weekday() == 4 and 23 <= day.day <= 29)}
    return quoted | {PARAMETERS.negative_spot_session: PARAMETERS.negative_spot_usd}


def _brent() -> Observations:
    """London keeps other holidays: the first and last Monday of May, the last of August, 26 December."""
    return {day: v for day, v in _spot("DCOILBRENTEU", start=78.0).items() if not _london_is_closed(day)}


def _spot(series_id: str, start: float) -> Observations:
    market_drivers = drivers()
    basis = np.exp(0.012 * generator(f"fred:{series_id}").standard_normal(len(market_drivers.sessions)))
    path = start * np.cumprod(1 + market_drivers.oil_pct / 100) * basis
    return {day: round(float(v), 2) for day, v in zip(market_drivers.sessions, path, strict=True)}


def _london_is_closed(day: date) -> bool:
    if (day.month, day.day) == (12, 26):
        return True
    is_may = day.month == 5 and (day.day <= 7 or day.day >= 25)
    return day.weekday() == 0 and (is_may or (day.month == 8 and day.day >= 25))


def _high_yield_spread() -> Observations:
    """Spreads move against credit, most of it the same day and the rest one session later."""
    market_drivers = drivers()
    move = -(market_drivers.credit_pct - market_drivers.credit_pct.mean()) / 3.5
    spread = 3.20 + np.cumsum(0.7 * move + 0.3 * np.concatenate(([0.0], move[:-1])))
    return _on_bond_days(spread, 2)


def _dollar() -> Observations:
    steps = generator("fred:DTWEXBGS").standard_normal(len(drivers().sessions)) * 0.3
    return _on_bond_days(121.0 + np.cumsum(steps - steps.mean()), 4)


def _on_bond_days(path: Floats, decimals: int) -> Observations:
    closed = set(PARAMETERS.bond_holidays)
    pairs = zip(drivers().sessions, path, strict=True)
    return {day: round(float(v), decimals) for day, v in pairs if day not in closed}


_FRED: dict[str, Callable[[], Observations]] = {
    "DGS2": lambda: yields("2 Yr"),
    "DGS10": lambda: yields("10 Yr"),
    "DFII10": real_10y,
    "T10YIE": _breakeven,
    "DCOILWTICO": _wti,
    "DCOILBRENTEU": _brent,
    "BAMLH0A0HYM2": _high_yield_spread,
    "DTWEXBGS": _dollar,
}


@cache
def vix() -> dict[date, tuple[float, float, float, float]]:
    """Open, high, low and close of the volatility index: mean-reverting, up when the market falls."""
    market_drivers = drivers()
    n = len(market_drivers.sessions)
    noise, opening, up, down = generator("vix").standard_normal((4, n))
    log_level, out, before = np.log(17.5), {}, 17.5
    for at, day in enumerate(market_drivers.sessions):
        log_level += 0.08 * (np.log(17.5) - log_level) - 0.045 * market_drivers.market_pct[at] + 0.03 * noise[at]
        close = round(float(np.exp(log_level)), 2)
        opened = round(before * (1 + 0.01 * float(opening[at])), 2)
        high = round(max(opened, close) * (1 + 0.02 * abs(float(up[at]))), 2)
        low = round(min(opened, close) / (1 + 0.02 * abs(float(down[at]))), 2)
        out[day], before = (opened, high, low, close), close
    return out
