"""Funds, series and driver components, from the dbt seeds, which ingest and SQL both read."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from ingest.errors import Misconfigured
from ingest.paths import project_folder
from ingest.validation import first_problem


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("expected true or false")
    return text == "true"


Flag = Annotated[bool, BeforeValidator(_flag)]
Optional = Annotated[str | None, BeforeValidator(lambda text: text or None)]
Row = TypeVar("Row")


@dataclass(frozen=True)
class Fund:
    """A fund of the issuer."""

    fund: str
    name: str
    portfolio_id: str
    inception_date: date
    asset_class: str
    benchmark_fund: Optional
    is_attributed: Flag
    is_broad_market: Flag
    has_holdings: Flag
    market_symbol: Optional


@dataclass(frozen=True)
class Series:
    """A published series; `publication_lag_sessions` counts on `calendar`, limits of a value are in `unit`."""

    series: str
    source: str
    source_id: str
    name: str
    unit: str
    calendar: str
    publication_lag_sessions: int
    role: str
    least_level: float
    most_level: float


@dataclass(frozen=True)
class Component:
    """One input of a driver component; rank 1 is preferred, higher ranks are fallbacks."""

    component: str
    driver: str
    source_rank: int
    series: str
    label: str


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
        funds=_rows(seeds / "funds.csv", TypeAdapter(Fund)),
        series=_rows(seeds / "series.csv", TypeAdapter(Series)),
        components=_rows(seeds / "driver_components.csv", TypeAdapter(Component)),
    )


def _rows(path: Path, adapter: TypeAdapter[Row]) -> tuple[Row, ...]:
    rows = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            for cells in reader:
                rows.append(adapter.validate_python(cells))
    except ValidationError as error:
        raise Misconfigured(f"{path}, line {reader.line_num}: {first_problem(error)}") from error
    except OSError as error:
        raise Misconfigured(f"the seed {path} cannot be read ({error.strerror})") from error
    return tuple(rows)
