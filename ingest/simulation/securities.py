"""The securities a fund holds: invented names, first prices and weights, and how each one moves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.simulation.drivers import Floats
from ingest.simulation.parameters import PARAMETERS
from ingest.simulation.universe import generator

SECTORS = (
    "Health Care",
    "Financials",
    "Industrials",
    "Information Technology",
    "Consumer Discretionary",
    "Real Estate",
    "Energy",
    "Materials",
    "Utilities",
    "Communication",
    "Consumer Staples",
)
_SECTOR_SHARES = (0.17, 0.18, 0.17, 0.14, 0.10, 0.06, 0.05, 0.04, 0.03, 0.03, 0.03)
_BOND_SECTORS = ("Communications", "Consumer Cyclical", "Capital Goods", "Energy", "Technology", "Banking")
#: Every 97th equity is a share class, spelled with a space as the issuer does.
_SHARE_CLASS_EVERY = 97


@dataclass(frozen=True)
class Profile:
    """How the lines of a fund are drawn: how many, their tickers' letter and the spread of their weights."""

    lines: int
    letter: str = "X"
    label: str = "HOLDINGS"
    weight_sigma: float = 1.0
    idio_sd_pct: float = 1.4
    sector_sd_pct: float = 0.4


PROFILES = {
    "IWM": Profile(1950, "S"),
    "IVV": Profile(503, "L", "LARGE CAP", weight_sigma=1.2, idio_sd_pct=1.1),
    "HYG": Profile(1200, "H", "CREDIT", weight_sigma=0.5, idio_sd_pct=0.12, sector_sd_pct=0.04),
    "IEF": Profile(15, "T", "TREASURY", weight_sigma=0.3, idio_sd_pct=0.02, sector_sd_pct=0.0),
}
_UNNAMED = {"equity": Profile(300), "fixed_income": Profile(100, weight_sigma=0.5, idio_sd_pct=0.1, sector_sd_pct=0.03)}


@dataclass(frozen=True)
class Book:
    """The securities of one fund, one array entry each, before anything happened."""

    profile: Profile
    is_bond: bool
    tickers: tuple[str, ...]
    names: tuple[str, ...]
    sector: NDArray[np.int64]
    sectors: tuple[str, ...]
    weight: Floats
    price: Floats
    beta: Floats
    idio_sd_pct: Floats


def book(ticker: str, asset_class: str) -> Book:
    """Draw the securities of a fund; weights are of the whole book and add up to one."""
    is_bond = asset_class != "equity"
    profile = PROFILES.get(ticker) or _UNNAMED["fixed_income" if is_bond else "equity"]
    random, n = generator(f"book:{ticker}"), profile.lines
    weight = np.sort(np.exp(profile.weight_sigma * random.standard_normal(n)))[::-1]
    price = 95 + 5 * random.standard_normal(n) if is_bond else 45 * np.exp(0.6 * random.standard_normal(n))
    sectors = _sectors(profile, is_bond)
    shares = np.array(_SECTOR_SHARES if sectors is SECTORS else [1 / len(sectors)] * len(sectors))
    sector = np.minimum(np.searchsorted(np.cumsum(shares), random.random(n)), len(sectors) - 1)
    beta = np.clip(1 + 0.3 * random.standard_normal(n), 0.2, 2.0)
    idio = profile.idio_sd_pct * random.uniform(0.6, 1.4, n)
    numbers = range(1, n + 1)
    tickers = tuple(_ticker(profile.letter, i) for i in numbers)
    if ticker == PARAMETERS.specific_fund:
        price[tickers.index(PARAMETERS.split_ticker)] = 240.0
        for small in (PARAMETERS.new_ticker, PARAMETERS.dropped_ticker):
            weight[tickers.index(small)] = weight.mean() * 0.6
    return Book(
        profile=profile,
        is_bond=is_bond,
        tickers=tickers,
        names=tuple(f"SIMULATED {profile.label} {i:04d}{'' if is_bond else ' INC'}" for i in numbers),
        sector=sector.astype(np.int64),
        sectors=sectors,
        weight=weight / weight.sum(),
        price=np.clip(np.round(price, 2), 60.0 if is_bond else 15.0, 900.0),
        beta=beta,
        idio_sd_pct=idio,
    )


def _ticker(letter: str, number: int) -> str:
    return f"{letter}{number:04d} A" if number % _SHARE_CLASS_EVERY == 0 else f"{letter}{number:04d}"


def _sectors(profile: Profile, is_bond: bool) -> tuple[str, ...]:
    if not is_bond:
        return SECTORS
    return ("Treasuries",) if profile.label == "TREASURY" else _BOND_SECTORS
