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
    """The whole history of a fund, once per process; the asset class only matters for one not in `parameters`."""
    parameters, market_drivers = fund_parameters(ticker, asset_class), drivers()
    random = generator(f"fund:{ticker}")
    eps = parameters.eps_sd_pct * random.standard_normal(len(market_drivers.sessions))
    eps[0] = 0.0
    if ticker == PARAMETERS.specific_fund:
        eps[market_drivers.sessions.index(PARAMETERS.specific_session)] = PARAMETERS.specific_eps_pct
    returns = _total_return(ticker, parameters, market_drivers, eps)
    nav, ex_dividend = _nav(parameters, market_drivers.sessions, returns)
    return FundHistory(nav, ex_dividend, _shares(ticker, parameters, market_drivers.sessions, random), returns, eps)


def _total_return(ticker: str, parameters: FundParameters, market_drivers: Drivers, eps: Floats) -> Floats:
    if ticker == PARAMETERS.credit_fund:
        hedge = fund_history(PARAMETERS.credit_hedge_fund).total_return_pct
        returns = market_drivers.credit_pct + PARAMETERS.credit_hedge * hedge
    else:
        flipped = np.array([session >= PARAMETERS.flip_session for session in market_drivers.sessions])
        returns = (
            parameters.alpha
            + parameters.oil * market_drivers.oil_pct
            + np.where(flipped, parameters.d10_after, parameters.d10) * market_drivers.d10_bp
            + parameters.dslope * market_drivers.dslope_bp
            + parameters.market * market_drivers.market_pct
            + parameters.credit * market_drivers.credit_pct
            + eps
        )
    returns[0] = 0.0
    return returns


def _nav(parameters: FundParameters, sessions: tuple[date, ...], returns_pct: Floats) -> tuple[Floats, Floats]:
    """NAV and distributions; the total return is earned on the NAV as published, so rounding cannot add up."""
    nav, ex_dividend = np.empty(len(sessions)), np.zeros(len(sessions))
    nav[0] = parameters.nav_start_usd
    for at in range(1, len(sessions)):
        before = nav[at - 1] * (1 + returns_pct[at] / 100)
        if _goes_ex(sessions, at, parameters.distributions_a_year):
            ex_dividend[at] = round(before * parameters.yield_pct / 100 / parameters.distributions_a_year, 6)
        nav[at] = round(before - ex_dividend[at], 6)
    return nav, ex_dividend


def _goes_ex(sessions: tuple[date, ...], at: int, a_year: int) -> bool:
    """Monthly on the first session of a month; quarterly on the first session from the 15th of the quarter's end."""
    today, yesterday = sessions[at], sessions[at - 1]
    if a_year == 12:
        return today.month != yesterday.month
    return today.month % 3 == 0 and today.day >= 15 and (yesterday.day < 15 or yesterday.month != today.month)


def _shares(ticker: str, parameters: FundParameters, sessions: tuple[date, ...], random: np.random.Generator) -> Floats:
    """Shares outstanding in whole units; about every second session some are created or redeemed."""
    size = parameters.shares_start / _UNIT
    steps = np.round(random.standard_normal(len(sessions)) * size * 0.002) * (random.random(len(sessions)) < 0.5)
    steps[0] = 0.0
    units: Floats = np.round(size) + np.cumsum(steps)
    if ticker == PARAMETERS.specific_fund:
        at = sessions.index(PARAMETERS.split_session)
        units[at:] += np.round(units[at - 1] * (1 + PARAMETERS.creation_pct / 100)) - units[at]
    return units * _UNIT
