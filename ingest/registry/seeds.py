"""Funds, series and driver components, read from the dbt seeds: one truth for ingest and SQL."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from ingest.errors import Misconfigured
from ingest.paths import project_folder


@dataclass(frozen=True)
class Fund:
    """A fund of the issuer."""

    fund: str
    name: str
    portfolio_id: str
    inception_date: date
    asset_class: str
    benchmark_fund: str | None
    is_attributed: bool
    is_broad_market: bool
    has_holdings: bool
    market_symbol: str | None


@dataclass(frozen=True)
class Series:
    """A published series; `publication_lag_sessions` counts on `calendar`."""

    series: str
    source: str
    source_id: str
    name: str
    unit: str
    calendar: str
    publication_lag_sessions: int
    role: str


@dataclass(frozen=True)
class Component:
    """One input of a driver component; rank 1 is preferred, higher ranks are fallbacks."""

    component: str
    driver: str
    source_rank: int
    series: str
    label: str = ""


@dataclass(frozen=True)
class Catalog:
    """The three seeds."""

    funds: tuple[Fund, ...]
    series: tuple[Series, ...]
    components: tuple[Component, ...]

    @classmethod
    def load(cls, seeds: Path | None = None) -> "Catalog":
        """Read the seeds; cached, as a run reads them often.

        Raises:
            Misconfigured: a seed is missing or a cell cannot be read.
        """
        return _load(seeds or project_folder() / "dbt_project" / "seeds")

    def fund(self, ticker: str) -> Fund:
        """The fund of that ticker.

        Raises:
            Misconfigured: it is not in funds.csv.
        """
        for fund in self.funds:
            if fund.fund == ticker.upper():
                return fund
        known = ", ".join(f.fund for f in self.funds)
        raise Misconfigured(f"fund {ticker!r} is not known; known funds: {known} (a new one is a row in funds.csv)")

    def series_of(self, source: str) -> tuple[Series, ...]:
        """The series a publisher provides."""
        return tuple(s for s in self.series if s.source == source)

    def is_driver_input(self, series: str) -> bool:
        """True where a driver prefers this series; a fallback does not count."""
        return any(c.series == series and c.source_rank == 1 for c in self.components)

    @property
    def driver_funds(self) -> tuple[str, ...]:
        """Funds whose net asset values feed a driver."""
        tickers = [c.series.removeprefix("nav:") for c in self.components if c.series.startswith("nav:")]
        return tuple(dict.fromkeys(tickers))


@cache
def _load(seeds: Path) -> Catalog:
    return Catalog(
        funds=tuple(
            Fund(
                fund=r["fund"],
                name=r["name"],
                portfolio_id=r["portfolio_id"],
                inception_date=_day(r["inception_date"]),
                asset_class=r["asset_class"],
                benchmark_fund=r["benchmark_fund"] or None,
                is_attributed=_flag(r["is_attributed"]),
                is_broad_market=_flag(r["is_broad_market"]),
                has_holdings=_flag(r["has_holdings"]),
                market_symbol=r["market_symbol"] or None,
            )
            for r in _rows(seeds / "funds.csv")
        ),
        series=tuple(
            Series(
                series=r["series"],
                source=r["source"],
                source_id=r["source_id"],
                name=r["name"],
                unit=r["unit"],
                calendar=r["calendar"],
                publication_lag_sessions=_count(r["publication_lag_sessions"]),
                role=r["role"],
            )
            for r in _rows(seeds / "series.csv")
        ),
        components=tuple(
            Component(r["component"], r["driver"], _count(r["source_rank"]), r["series"], r["label"])
            for r in _rows(seeds / "driver_components.csv")
        ),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise Misconfigured(f"the seed {path} cannot be read ({error.strerror})") from error


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise Misconfigured(f"a seed holds {text!r} where true or false is expected")
    return text == "true"


def _count(text: str) -> int:
    if not text.isdigit():
        raise Misconfigured(f"a seed holds {text!r} where a whole number is expected")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Misconfigured(f"a seed holds {text!r} where an ISO date is expected") from error
