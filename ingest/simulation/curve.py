"""The par yield curve: fourteen tenors drawn through the planted 2-year and 10-year yields."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from ingest.simulation.drivers import drivers
from ingest.simulation.parameters import PARAMETERS
from ingest.simulation.sessions import calendar
from ingest.simulation.universe import generator

#: The 1.5-month tenor began on this date; the CSV of an earlier year has no such column.
SIX_WEEKS_SINCE = date(2025, 2, 18)

#: Weights of the policy rate, the 2-year and the 10-year yield, and a premium, for each tenor.
_MIX = {
    "1 Mo": (1.00, 0.00, 0.00, 0.02),
    "1.5 Mo": (1.00, 0.00, 0.00, 0.01),
    "2 Mo": (1.00, 0.00, 0.00, 0.01),
    "3 Mo": (1.00, 0.00, 0.00, 0.00),
    "4 Mo": (0.95, 0.05, 0.00, 0.00),
    "6 Mo": (0.85, 0.15, 0.00, 0.00),
    "1 Yr": (0.50, 0.50, 0.00, 0.00),
    "2 Yr": (0.00, 1.00, 0.00, 0.00),
    "3 Yr": (0.00, 0.85, 0.15, -0.02),
    "5 Yr": (0.00, 0.60, 0.40, -0.04),
    "7 Yr": (0.00, 0.30, 0.70, -0.01),
    "10 Yr": (0.00, 0.00, 1.00, 0.00),
    "20 Yr": (0.00, -0.10, 1.10, 0.42),
    "30 Yr": (0.00, -0.12, 1.12, 0.34),
}
TENORS = tuple(_MIX)


@dataclass(frozen=True)
class CurveDay:
    """One published curve: percent by tenor, two decimals; a tenor that did not exist yet is absent."""

    day: date
    yields_pct: dict[str, float]


@cache
def curve() -> tuple[CurveDay, ...]:
    """Every published curve, oldest first; bond-market days only, so not every session has one."""
    moves = drivers()
    levels = dict(
        zip(
            moves.sessions,
            zip(moves.ust2_pct.tolist(), moves.ust10_pct.tolist(), strict=True),
            strict=True,
        )
    )
    days = [day for day in calendar().bond if day <= PARAMETERS.last_session]
    noise = generator("policy rate").standard_normal(len(days)) * 0.012
    out = []
    for at, day in enumerate(days):
        two, ten = levels[day] if day in levels else _between(day, levels)
        policy = 5.30 - 1.70 * at / (len(days) - 1) + float(noise[at])
        mixed = _mixed(policy, two, ten)
        if day < SIX_WEEKS_SINCE:
            del mixed["1.5 Mo"]
        out.append(CurveDay(day, mixed))
    return tuple(out)


def _between(day: date, levels: dict[date, tuple[float, float]]) -> tuple[float, float]:
    """A day on which only bonds trade: two thirds of the way to the next session's yields."""
    before = levels[max(d for d in levels if d < day)]
    after = levels[min(d for d in levels if d > day)]
    two, ten = (round(b + (a - b) * 2 / 3, 2) for b, a in zip(before, after, strict=True))
    return two, ten


def _mixed(policy: float, two: float, ten: float) -> dict[str, float]:
    return {t: round(p * policy + w2 * two + w10 * ten + c, 2) for t, (p, w2, w10, c) in _MIX.items()}


@cache
def yields(tenor: str) -> dict[date, float]:
    """One tenor by date."""
    return {c.day: c.yields_pct[tenor] for c in curve() if tenor in c.yields_pct}


@cache
def real_10y() -> dict[date, float]:
    """The 10-year real yield: nominal less a slowly moving breakeven, two decimals."""
    nominal = yields("10 Yr")
    steps = generator("breakeven").standard_normal(len(nominal)) * 0.02
    breakeven = 2.30 + np.cumsum(steps - steps.mean())
    return {day: round(y - round(float(b), 2), 2) for (day, y), b in zip(nominal.items(), breakeven, strict=True)}
