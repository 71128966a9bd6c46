"""The drivers: what oil, yields, the market and credit did on each simulated session.

Percent and basis points. Index 0 is the first session: it has levels and no changes. Correlations
come from common factors written out below, not from a matrix routine, so that no linear-algebra
library can move a digit.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ingest.simulation.parameters import PARAMETERS
from ingest.simulation.sessions import calendar
from ingest.simulation.universe import generator

Floats = NDArray[np.float64]

_UST10_START_PCT, _UST2_START_PCT, _USO_START_USD = 4.10, 4.55, 72.0
_MEAN_PCT = {"oil": 0.02, "market": 0.05, "credit": 0.012}


@dataclass(frozen=True)
class Drivers:
    """Drivers per session: published levels and the changes that fund returns are built from."""

    sessions: tuple[date, ...]
    ust10_pct: Floats
    ust2_pct: Floats
    uso_close_usd: Floats
    oil_pct: Floats
    d10_bp: Floats
    dslope_bp: Floats
    market_pct: Floats
    credit_pct: Floats


@cache
def drivers() -> Drivers:
    """All drivers, once per process."""
    sessions = calendar().sessions
    shocks = _shocks(len(sessions))
    for name, move in (
        ("d10", PARAMETERS.story_d10_bp),
        ("d2", PARAMETERS.story_d2_bp),
        ("market", PARAMETERS.story_market_pct),
        ("oil", PARAMETERS.story_oil_pct),
        ("credit", PARAMETERS.story_credit_pct),
    ):
        shocks[name][-1] = move
    for holiday in PARAMETERS.bond_holidays:
        at = sessions.index(holiday)
        for name in ("d10", "d2"):
            shocks[name][at + 1] += shocks[name][at]
            shocks[name][at] = 0.0
    ust10 = np.round(_UST10_START_PCT + np.cumsum(shocks["d10"]) / 100, 2)
    ust2 = np.round(_UST2_START_PCT + np.cumsum(shocks["d2"]) / 100, 2)
    uso = _rounded_path(_USO_START_USD, shocks["oil"])
    d10 = np.round(np.diff(ust10, prepend=ust10[0]) * 100)
    d2 = np.round(np.diff(ust2, prepend=ust2[0]) * 100)
    return Drivers(
        sessions=sessions,
        ust10_pct=ust10,
        ust2_pct=ust2,
        uso_close_usd=uso,
        oil_pct=np.concatenate(([0.0], (uso[1:] / uso[:-1] - 1) * 100)),
        d10_bp=d10,
        dslope_bp=d10 - d2,
        market_pct=shocks["market"],
        credit_pct=shocks["credit"],
    )


def _shocks(n: int) -> dict[str, Floats]:
    """Correlated daily shocks; sd about 6 bp, 5.5 bp, 1 %, 2 %, 0.3 %. Index 0 is zero."""
    growth, rates, oil, front, market, credit = generator("drivers").standard_normal((6, n))
    shocks = {
        "d10": 5.8 * rates + 1.2 * growth,
        "d2": 4.6 * rates + 0.9 * growth + 2.6 * front,
        "market": 0.72 * growth - 0.06 * rates + 0.68 * market,
        "oil": 0.55 * growth + 0.25 * rates + 1.90 * oil,
        "credit": 0.17 * growth + 0.03 * rates + 0.03 * oil + 0.24 * credit,
    }
    for name, path in shocks.items():
        # Yields end where they began, returns have a chosen mean: no seed can run away over three years.
        path[1:] += _MEAN_PCT.get(name, 0.0) - path[1:].mean()
        path[0] = 0.0
    return shocks


def _rounded_path(start: float, returns_pct: Floats) -> Floats:
    """A price path on whole cents that follows the returns without drifting from them."""
    return np.round(start * np.cumprod(1 + returns_pct / 100), 2)
