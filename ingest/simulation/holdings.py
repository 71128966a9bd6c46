"""Holdings day by day: prices whose weighted return is the fund's NAV total return, and what else happens.

On every session ``Σ w(t-1)·return(t)`` over the lines listed on both days equals the fund's NAV total
return before prices are rounded to cents (cash earns nothing; a fund's own distribution leaves the NAV
by selling a slice of every line). ``Σ market value = NAV · shares outstanding``: the money-market line
holds what the securities do not.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ingest.simulation.drivers import Floats
from ingest.simulation.funds import fund_history
from ingest.simulation.parameters import PARAMETERS
from ingest.simulation.securities import Book, book
from ingest.simulation.sessions import calendar
from ingest.simulation.universe import generator

#: Part of the net assets that is not in securities on the first day.
_CASH_SHARE = 0.003
#: Part of the return of the specific session that falls on one sector.
_SECTOR_SHARE_OF_SPECIFIC = 0.7


@dataclass(frozen=True)
class Holdings:
    """Sessions by securities; a quantity of 0 means not listed that day. USD; quantity is par for bonds."""

    book: Book
    sessions: tuple[date, ...]
    price: Floats
    quantity: Floats
    market_value: Floats
    net_assets: Floats
    shares: Floats


@cache
def holdings(ticker: str, asset_class: str) -> Holdings:
    """All served holdings of a fund, once per process."""
    history, securities = fund_history(ticker, asset_class), book(ticker, asset_class)
    everything = calendar().sessions
    first = everything.index(PARAMETERS.first_holdings_session)
    sessions = everything[first:]
    nav, shares = history.nav_usd[first:], history.shares[first:]
    exposure = _exposure(ticker, securities, sessions)
    split = np.ones((len(sessions), len(securities.tickers)))
    if ticker == PARAMETERS.specific_fund:
        at = sessions.index(PARAMETERS.split_session)
        split[at:, securities.tickers.index(PARAMETERS.split_ticker)] = PARAMETERS.split_ratio
    moves = _moves(ticker, securities, sessions, history.total_return_pct[first:])

    par = 100.0 if securities.is_bond else 1.0
    price = np.empty_like(split)
    quantity = np.empty_like(split)
    units = securities.weight * (1 - _CASH_SHARE) * nav[0] / securities.price * par
    path = securities.price.copy()
    for at in range(len(sessions)):
        if at:
            value = exposure[at - 1] * units * path / par
            seen = value * (exposure[at] > 0) / nav[at - 1]
            gap = history.total_return_pct[first + at] - float((seen * moves[at]).sum())
            path = path * (1 + (moves[at] + gap / seen.sum()) / 100)
            units = units * (1 - history.ex_dividend_usd[first + at] / (nav[at] + history.ex_dividend_usd[first + at]))
        price[at] = np.round(path / split[at], 2)
        quantity[at] = np.round(exposure[at] * units * split[at] * shares[at], -3 if securities.is_bond else 0)
    return Holdings(
        book=securities,
        sessions=sessions,
        price=price,
        quantity=quantity,
        market_value=np.round(quantity * price / par, 2),
        net_assets=nav * shares,
        shares=shares,
    )


def _exposure(ticker: str, securities: Book, sessions: tuple[date, ...]) -> Floats:
    """1 where a security is listed that session, 0 where it is not."""
    listed = np.ones((len(sessions), len(securities.tickers)))
    if ticker == PARAMETERS.specific_fund:
        listed[: sessions.index(PARAMETERS.new_session), securities.tickers.index(PARAMETERS.new_ticker)] = 0.0
        listed[sessions.index(PARAMETERS.dropped_session) :, securities.tickers.index(PARAMETERS.dropped_ticker)] = 0.0
    return listed


def _moves(ticker: str, securities: Book, sessions: tuple[date, ...], fund_pct: Floats) -> NDArray[np.float64]:
    """Returns in percent before they are shifted to the fund's own: common part, sector and security."""
    random = generator(f"holdings:{ticker}")
    common = fund_pct.copy()
    sector_moves = securities.profile.sector_sd_pct * random.standard_normal((len(sessions), len(securities.sectors)))
    if ticker == PARAMETERS.specific_fund:
        at, sector = sessions.index(PARAMETERS.specific_session), securities.sectors.index(PARAMETERS.specific_sector)
        weight = float(securities.weight[securities.sector == sector].sum())
        common[at] -= PARAMETERS.specific_eps_pct
        sector_moves[at, sector] += PARAMETERS.specific_eps_pct * _SECTOR_SHARE_OF_SPECIFIC / weight
    own = np.clip(random.standard_normal((len(sessions), len(securities.tickers))), -3, 3) * securities.idio_sd_pct
    return common[:, None] * securities.beta + sector_moves[:, securities.sector] + own
