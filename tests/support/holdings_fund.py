"""A full-size simulated fund, written straight into the raw tables: what the holdings marts have to find again.

As in `ingest.simulation.holdings` the weighted return of the lines is the return of the fund before prices are rounded
to cents; cash and the future earn nothing. Here there are more names, more sessions and more that happens to them.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from ingest.registry.calendars import session_dates, sessions
from ingest.settings import Settings
from ingest.simulation.securities import SECTORS
from ingest.storage import warehouse

FUND = "IWM"
FEE_PCT = 0.19
RATIOS = (2, 3, 4, 5, 10, 20, 1.5, 1.25, 4 / 3, 1 / 10, 1 / 20, 1 / 2)
RECONSTITUTION = date(2025, 6, 27)
SHOCK, SHOCK_SECTOR, SHOCK_PCT = date(2025, 3, 10), "Financials", -12.0
LEARNED = datetime.combine(date(2025, 1, 1), time(13))
CASH = [
    ("XSIMA", "SIMULATED CSH FND TREASURY", "Money Market"),
    ("USD", "USD CASH", "Cash"),
    ("RTYX5", "RUSSELL 2000 EMINI CME", "Futures"),
]


@dataclass
class Planted:
    """What happened: (session, ticker) each."""

    splits: dict[tuple[date, str], float] = field(default_factory=dict)
    added: set[tuple[date, str]] = field(default_factory=set)
    dropped: set[tuple[date, str]] = field(default_factory=set)
    renamed: set[tuple[date, str]] = field(default_factory=set)
    crashed: set[tuple[date, str]] = field(default_factory=set)
    resized: set[tuple[date, str]] = field(default_factory=set)


@dataclass
class SimulatedFund:
    """Lines by session, net asset values and what was planted."""

    days: list[date]
    lines: pd.DataFrame
    nav: pd.DataFrame
    planted: Planted


class _Market:
    """Every name's path before anything is printed; each `plant_*` makes something happen to names of its own."""

    def __init__(self, n_names: int, n_sessions: int, seed: int):
        random = self.random = np.random.default_rng(seed)
        self.days = session_dates(date(2025, 1, 2), date(2026, 12, 31))[:n_sessions]
        total = n_names + n_names // 10
        self.names = [f"N{i:04d} A" if i % 97 == 0 else f"N{i:04d}" for i in range(total)]
        self.sector = random.integers(0, len(SECTORS), total)
        self.listed = np.zeros((n_sessions, total), dtype=bool)
        self.listed[:, :n_names] = True
        own = np.clip(random.standard_normal((n_sessions, total)), -3.5, 3.5) * random.uniform(1.2, 3.0, total)
        market = random.standard_normal(n_sessions) * 1.1
        self.move = market[:, None] * np.clip(1 + 0.3 * random.standard_normal(total), 0.2, 2) + own
        self.split, self.resize = np.ones((n_sessions, total)), np.ones((n_sessions, total))
        self.price = np.clip(40 * np.exp(0.7 * random.standard_normal(total)), 3, 900)
        self.weight = np.exp(random.standard_normal(total))
        self.weight /= self.weight[:n_names].sum()
        self.creation = np.where(random.random(n_sessions) < 0.4, random.standard_normal(n_sessions) * 0.01, 0)
        self.creation[0] = 0
        self.renames: dict[int, int] = {}
        self.planted = Planted()
        self._free, self._waiting = list(random.permutation(n_names)), list(range(n_names, total))

    def _draw(self) -> tuple[int, int]:
        """An ordinary session and a name to which nothing else happens."""
        at = int(self.random.integers(2, len(self.days) - 1))
        return at - (self.days[at] == RECONSTITUTION), int(self._free.pop())

    def plant_splits(self, count: int) -> None:
        """Splits of every ratio, every second one on a day of creations."""
        for n in range(count):
            (at, i), ratio = self._draw(), RATIOS[n % len(RATIOS)]
            self.price[i] = max(self.price[i], 30.0) if ratio > 1 else self.price[i]
            self.split[at:, i] *= ratio
            self.creation[at] = 0.02 if n % 2 else self.creation[at]
            self.planted.splits[self.days[at], self.names[i]] = ratio

    def plant_look_alikes(self) -> None:
        """Quantities that change like a split's at a price that does not, and crashes at a quantity that does not."""
        for n in range(20):
            at, i = self._draw()
            self.resize[at, i] = (1.25, 2.0, 0.5, 1.5)[n % 4]
            self.move[at, i] = np.clip(self.move[at, i], -4, 4)
            self.planted.resized.add((self.days[at], self.names[i]))
        for _ in range(3):
            at, i = self._draw()
            self.move[at, i] = -60.0
            self.planted.crashed.add((self.days[at], self.names[i]))

    def plant_changes(self, on_reconstitution: int) -> None:
        """One name for another, now and then; many at once where the index is made anew."""
        pairs = [self._draw() for _ in range(12)]
        if RECONSTITUTION in self.days:
            pairs += [(self.days.index(RECONSTITUTION), int(self._free.pop())) for _ in range(on_reconstitution)]
        for at, left in pairs:
            came = self._waiting.pop()
            self.listed[at:, left], self.listed[at:, came] = False, True
            self.planted.dropped.add((self.days[at], self.names[left]))
            self.planted.added.add((self.days[at], self.names[came]))
        for at, i in [self._draw() for _ in range(4)]:
            self.renames[i] = at
            self.planted.renamed.add((self.days[at], f"R{i:04d}"))

    def plant_shock(self) -> None:
        """One sector falls on one day."""
        if SHOCK in self.days:
            self.move[self.days.index(SHOCK), self.sector == SECTORS.index(SHOCK_SECTOR)] += SHOCK_PCT

    def tickers(self, at: int) -> np.ndarray:
        """Tickers as printed: share classes without a space in the first half, renamed ones from their day."""
        new = {i for i, since in self.renames.items() if at >= since}
        printed = [f"R{i:04d}" if i in new else name for i, name in enumerate(self.names)]
        return np.array([t if at >= len(self.days) // 2 else t.replace(" ", "") for t in printed], dtype=object)


def simulate(n_names: int = 2000, n_sessions: int = 250, seed: int = 7) -> SimulatedFund:
    """The fund over the first sessions of 2025; a tenth more names than it holds wait to be added."""
    market = _Market(n_names, n_sessions, seed)
    market.plant_splits(4 * len(RATIOS) if n_sessions > 100 else 4)
    market.plant_look_alikes()
    market.plant_changes(on_reconstitution=n_names // 30)
    market.plant_shock()
    price, shares, nav = market.price.copy(), 250e6, 200.0
    units = 0.997 * market.weight * nav / price
    history, files = [], []
    for at, day in enumerate(market.days):
        paid, listed = 0.0, market.listed[at]
        if at:
            held = market.listed[at - 1]
            worth = units * price / nav * held
            fee = FEE_PCT / 100 * (day - market.days[at - 1]).days / 365
            nav *= 1 + float((worth * market.move[at]).sum()) / 100 - fee
            price = price * (1 + market.move[at] / 100)
            if at % 63 == 30:
                paid = round(nav * 0.003, 6)
                units *= 1 - paid / nav
                nav -= paid
            units *= market.resize[at]
            if not np.array_equal(listed, held):
                came = listed & ~held
                units[came] = 0.997 * market.weight[came] * nav / price[came]
                units *= 0.997 * nav / float((units * price)[listed].sum())
            shares = round(shares * (1 + market.creation[at]) / 50_000) * 50_000
        history.append((day, round(nav, 6), paid or None, shares))
        files.append(_file(market, at, price / market.split[at], units * market.split[at], shares, nav))
    columns = ["observation_date", "nav_usd", "ex_dividend_usd", "shares_outstanding"]
    lines = pd.concat(files, ignore_index=True)
    return SimulatedFund(market.days, lines, pd.DataFrame(history, columns=columns), market.planted)


def _file(market: _Market, at: int, price: np.ndarray, units: np.ndarray, shares: float, nav: float) -> pd.DataFrame:
    """One day's file, largest line first."""
    day, listed = market.days[at], market.listed[at]
    printed, quantity = np.round(price[listed], 2), np.round(units[listed] * shares)
    value = np.round(quantity * printed, 2)
    rest = round(nav * shares - float(value.sum()), 2)
    securities = pd.DataFrame(
        {
            "ticker": market.tickers(at)[listed],
            "name": [f"SIMULATED COMPANY {market.names[i]}" for i in np.flatnonzero(listed)],
            "sector": [SECTORS[i] for i in market.sector[listed]],
            "asset_class": "Equity",
            "market_value_usd": value,
            "notional_value_usd": value,
            "quantity": quantity,
            "price": printed,
        }
    ).sort_values("market_value_usd", ascending=False)
    values = [rest + 2e5, -2e5, 0.0]
    cash = pd.DataFrame(
        {
            "ticker": [t for t, _, _ in CASH],
            "name": [n for _, n, _ in CASH],
            "sector": "Cash and/or Derivatives",
            "asset_class": [a for _, _, a in CASH],
            "market_value_usd": values,
            "notional_value_usd": [*values[:2], 1e6],
            "quantity": [round(values[0]), round(values[1]), 10.0],
            "price": [1.0, 100.0, 2000.0],
        }
    )
    frame = pd.concat([securities, cash], ignore_index=True)
    frame["fund"], frame["as_of_date"], frame["line_number"] = FUND, day, range(1, len(frame) + 1)
    frame["weight_pct"] = (frame.market_value_usd / (nav * shares) * 100).round(2)
    frame["currency"], frame["fx_rate"], frame["fund_shares_outstanding"] = "USD", 1.0, shares
    frame["landing_id"] = at + 1
    frame["knowledge_ts"] = datetime.combine(day + timedelta(days=1), time(13))
    return frame


def write(home: Path, lines: pd.DataFrame, nav: pd.DataFrame | None = None) -> Path:
    """Append rows to the raw tables of the warehouse in `home` (made if need be); returns the warehouse."""
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings(home=home, sources="sample")
    with warehouse.connect(settings) as con:
        _append(con, "ishares__holdings", lines)
        if nav is not None:
            known = {"fund": FUND, "landing_id": 0, "knowledge_ts": LEARNED}
            _append(con, "ishares__nav", nav.assign(**known))
        if con.execute("select count(*) from raw.xnys__sessions").fetchall() == [(0,)]:
            calendar = sessions(date(2024, 12, 2), date(2026, 12, 31))
            _append(con, "xnys__sessions", calendar.assign(landing_id=0, knowledge_ts=LEARNED))
    return settings.folder.warehouse


def _append(con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    con.register("frame", frame)
    con.execute(f'insert into raw."{table}" by name select * from frame')
    con.unregister("frame")
