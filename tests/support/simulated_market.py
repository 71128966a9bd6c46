"""Requests documents of the simulated market through a session, and reads them with the parsers of the project."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import requests

from ingest.errors import NothingYet
from ingest.http.messages import Payload
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.simulation.adapter import SimulatedMarketAdapter
from ingest.simulation.parameters import PARAMETERS
from ingest.sources import cboe, fred, ishares_nav, treasury, yahoo

DOCUMENTS = "https://www.blackrock.com/varnish-api/blk-one01-product-data/product-data/api/v1/get-fund-document"
TREASURY = "https://home.treasury.gov/resource-center/data-chart-center/interest-rates"
VIX = "https://cdn.cboe.com/api/global/us_indices/daily_prices/VIX_History.csv"


class Market:
    """A fresh adapter at one moment."""

    def __init__(self, now: datetime = PARAMETERS.now):
        self.now = now
        self.session = requests.Session()
        self.session.mount("https://", SimulatedMarketAdapter(Settings(home=Path("unused"), pretend_now=now)))

    def get(self, url: str, **params: str) -> requests.Response:
        return self.session.get(url, params=params, timeout=5)

    def document(self, fund: str, component: str, **params: str) -> requests.Response:
        return self.get(DOCUMENTS, portfolioId=Catalog.load().fund(fund).portfolio_id, component=component, **params)

    def parsed(
        self, parse: Callable[[Payload], pd.DataFrame], source: str, response: requests.Response
    ) -> list[dict[str, Any]]:
        """Rows of a document by the parser of its source; none where there is nothing yet."""
        payload = Payload(source, response.url, response.status_code, {}, self.now, response.content)
        try:
            return parse(payload).to_dict("records")
        except NothingYet:
            return []

    def nav(self, fund: str) -> dict[date, tuple[float, float, float]]:
        """NAV, distribution (0 where none) and shares outstanding by date, oldest first."""
        rows = self.parsed(ishares_nav.parse, f"nav:{fund}", self.document(fund, "fundDownload"))
        return {
            r["observation_date"]: (
                r["nav_usd"],
                0.0 if pd.isna(r["ex_dividend_usd"]) else r["ex_dividend_usd"],
                r["shares_outstanding"],
            )
            for r in reversed(rows)
        }

    def total_return(self, fund: str) -> dict[date, float]:
        """NAV total return in percent by date."""
        return {
            day: ((nav + paid) / before - 1) * 100
            for (_, (before, _, _)), (day, (nav, paid, _)) in pairwise(self.nav(fund).items())
        }

    def holdings(self, fund: str, day: date | None = None) -> tuple[str, float | None, list[dict[str, str]]]:
        """Stated date, shares outstanding and lines of a holdings file, cell by cell as printed."""
        asked = {"asOfDate": f"{day:%Y%m%d}"} if day else {}
        lines = self.document(fund, "holdings", **asked).text.split("\n")
        stated, shares = (next(csv.reader([lines[i]]))[1] for i in (1, 3))
        rows = list(csv.DictReader(io.StringIO("\n".join(lines[9:]))))
        return stated, None if shares == "-" else number(shares), rows

    def curve(self, years: range = range(2023, 2027)) -> dict[date, dict[str, float]]:
        """Yields by date and tenor from the CSV."""
        out: dict[date, dict[str, float]] = {}
        for year in years:
            url = f"{TREASURY}/daily-treasury-rates.csv/{year}/all"
            response = self.get(url, type="daily_treasury_yield_curve", field_tdr_date_value=str(year))
            for r in self.parsed(treasury.parse, "treasury:par_yields", response):
                out.setdefault(r["observation_date"], {})[r["tenor"]] = r["yield_pct"]
        return dict(sorted(out.items()))

    def fred(self, series_id: str) -> dict[date, float]:
        response = self.get("https://fred.stlouisfed.org/graph/fredgraph.csv", id=series_id, cosd="2007-01-01")
        return {r["observation_date"]: r["value"] for r in self.parsed(fred.parse, f"fred:{series_id}", response)}

    def bars(self, symbol: str) -> dict[date, tuple[float, float]]:
        """Close and dividend (0 where none) by date."""
        url = f"https://query1.finance.yahoo.com/v8/finance/chart/{symbol}"
        response = self.get(url, period1="0", period2="4000000000", interval="1d")
        return {
            r["observation_date"]: (r["close_usd"], 0.0 if pd.isna(r["dividend_usd"]) else r["dividend_usd"])
            for r in self.parsed(yahoo.parse, f"yahoo:{symbol}", response)
        }

    def vix(self) -> dict[date, tuple[float, float, float, float]]:
        """Open, high, low and close by date."""
        rows = self.parsed(cboe.parse, "cboe:VIX", self.get(VIX))
        return {r["observation_date"]: (r["open"], r["high"], r["low"], r["close"]) for r in rows}


def number(cell: str) -> float:
    """A cell of a holdings file."""
    return float(cell.replace(",", ""))
