"""Net asset values, distributions and shares outstanding of every fund, built from the parameters."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from ingest.simulation.drivers import Drivers, Floats, drivers
from ingest.simulation.parameters import PARAMETERS, FundParameters
from ingest.simulation.universe import fund_parameters, generator

_UNIT = 50_000
"""Shares are created and redeemed in units of this many."""


@dataclass(frozen=True)
class FundHistory:
    """One fund per session: NAV (USD, 6 decimals), distribution (USD, 0 where none), shares, total return (%)."""

    nav_usd: Floats
    ex_dividend_usd: Floats
    shares: Floats
    total_return_pct: Floats
    eps_pct: Floats


@cache
def fund_history(ticker: str, asset_class: str = "equity") -> FundHistory:
    """The whole history of a fund, once per process; the asset class only matters for one not in `truth`."""
    truth, world = fund_parameters(ticker, asset_class), drivers()
    random = generator(f"fund:{ticker}")
    eps = truth.eps_sd_pct * random.standard_normal(len(world.sessions))
    eps[0] = 0.0
    if ticker == PARAMETERS.specific_fund:
        eps[world.sessions.index(PARAMETERS.specific_session)] = PARAMETERS.specific_eps_pct
    returns = _total_return(ticker, truth, world, eps)
    nav, ex_dividend = _nav(truth, world.sessions, returns)
    return FundHistory(nav, ex_dividend, _shares(ticker, truth, world.sessions, random), returns, eps)


def _total_return(ticker: str, truth: FundParameters, world: Drivers, eps: Floats) -> Floats:
    if ticker == PARAMETERS.credit_fund:
        hedge = fund_history(PARAMETERS.credit_hedge_fund).total_return_pct
        returns = world.credit_pct + PARAMETERS.credit_hedge * hedge
    else:
        flipped = np.array([session >= PARAMETERS.flip_session for session in world.sessions])
        returns = (
            truth.alpha
            + truth.oil * world.oil_pct
            + np.where(flipped, truth.d10_after, truth.d10) * world.d10_bp
            + truth.dslope * world.dslope_bp
            + truth.market * world.market_pct
            + truth.credit * world.credit_pct
            + eps
        )
    returns[0] = 0.0
    return returns


def _nav(truth: FundParameters, sessions: tuple[date, ...], returns_pct: Floats) -> tuple[Floats, Floats]:
    """NAV and distributions; the total return is earned on the NAV as published, so rounding cannot add up."""
    nav, ex_dividend = np.empty(len(sessions)), np.zeros(len(sessions))
    nav[0] = truth.nav_start_usd
    for at in range(1, len(sessions)):
        before = nav[at - 1] * (1 + returns_pct[at] / 100)
        if _goes_ex(sessions, at, truth.distributions_a_year):
            ex_dividend[at] = round(before * truth.yield_pct / 100 / truth.distributions_a_year, 6)
        nav[at] = round(before - ex_dividend[at], 6)
    return nav, ex_dividend


def _goes_ex(sessions: tuple[date, ...], at: int, a_year: int) -> bool:
    """Monthly on the first session of a month; quarterly on the first session from the 15th of the quarter's end."""
    today, yesterday = sessions[at], sessions[at - 1]
    if a_year == 12:
        return today.month != yesterday.month
    return today.month % 3 == 0 and today.day >= 15 and (yesterday.day < 15 or yesterday.month != today.month)


def _shares(ticker: str, truth: FundParameters, sessions: tuple[date, ...], random: np.random.Generator) -> Floats:
    """Shares outstanding in whole units; about every second session some are created or redeemed."""
    size = truth.shares_start / _UNIT
    steps = np.round(random.standard_normal(len(sessions)) * size * 0.002) * (random.random(len(sessions)) < 0.5)
    steps[0] = 0.0
    units: Floats = np.round(size) + np.cumsum(steps)
    if ticker == PARAMETERS.specific_fund:
        at = sessions.index(PARAMETERS.split_session)
        units[at:] += np.round(units[at - 1] * (1 + PARAMETERS.creation_pct / 100)) - units[at]
    return units * _UNIT
