"""Market bars of traded symbols: USO as the oil driver has it, the funds near their net asset value."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from ingest.simulation.drivers import Floats, drivers
from ingest.simulation.funds import fund_history
from ingest.simulation.universe import fund_parameters, generator

#: The broad-market fund that has no NAV here follows IVV this closely (percent a day).
_SPY_TRACKING_PCT = 0.015


@dataclass(frozen=True)
class Bars:
    """Daily bars of one symbol, one entry per session; USD, dividends 0 where none."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    dividend: Floats


@cache
def bars(symbol: str, asset_class: str | None) -> Bars:
    """Bars of a symbol, once per process; the asset class of the fund it is, None where it is no fund."""
    random = generator(f"bars:{symbol}")
    n = len(drivers().sessions)
    close, dividend = _closes(symbol, asset_class, random)
    before = np.concatenate((close[:1], close[:-1]))
    opened = np.round(before + (close - before) * random.random(n), 2)
    stretch = 1 + np.abs(random.standard_normal((2, n))) * 0.003
    return Bars(
        open=opened,
        high=np.round(np.maximum(opened, close) * stretch[0], 2),
        low=np.round(np.minimum(opened, close) / stretch[1], 2),
        close=close,
        volume=np.round(2e7 * np.exp(0.3 * random.standard_normal(n)), -2),
        dividend=dividend,
    )


def _closes(symbol: str, asset_class: str | None, random: np.random.Generator) -> tuple[Floats, Floats]:
    market_drivers = drivers()
    n = len(market_drivers.sessions)
    if symbol == "USO":
        return market_drivers.uso_close_usd, np.zeros(n)
    if symbol == "SPY":
        ivv = fund_history("IVV")
        noise: Floats = random.standard_normal(n) * (_SPY_TRACKING_PCT / 100)
        ratio: Floats = np.cumprod(1 + noise, dtype=np.float64) * 1.02
        return np.round(ivv.nav_usd * ratio, 2), np.round(ivv.ex_dividend_usd * ratio, 3)
    if asset_class is None:
        returns = 0.5 * market_drivers.market_pct + 0.8 * random.standard_normal(n)
        path: Floats = np.round(60.0 * np.cumprod(1 + returns / 100), 2)
        return path, np.zeros(n)
    history = fund_history(symbol, asset_class)
    is_bond = fund_parameters(symbol, asset_class).market < 0.5
    premium_bp: Floats = random.standard_normal(n) * (5.0 if is_bond else 1.5)
    close: Floats = np.round(history.nav_usd * (1 + premium_bp / 1e4), 2)
    return close, np.round(history.ex_dividend_usd, 3)
