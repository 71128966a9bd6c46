"""The simulated market behind the sources' own URLs: an adapter for a requests session.

Mounted on ``https://`` it sends what the live hosts would have published by its `now`; the code
above it cannot tell the difference. It never opens a connection, and an unknown host, document, series
or symbol gets status 404, as from the source.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

from ingest.registry.seeds import Catalog, Fund
from ingest.settings import Settings
from ingest.simulation.formats.cboe import vix_csv
from ingest.simulation.formats.fred import fred_csv
from ingest.simulation.formats.ishares import holdings_csv, workbook
from ingest.simulation.formats.nasdaq import nasdaq_json
from ingest.simulation.formats.ssga import distributions_workbook, nav_workbook
from ingest.simulation.formats.treasury import treasury_csv, treasury_xml
from ingest.simulation.formats.yahoo import yahoo_json

_NOT_FOUND_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Not Found</title></head><body>Simulated: no such page.</body></html>\n"
)
_NO_SYMBOL = (
    b'{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}'
)


@dataclass(frozen=True)
class Response:
    """What a source sends back."""

    content_type: str
    body: bytes
    status: int = 200


_NOT_FOUND = Response("text/html", _NOT_FOUND_PAGE, 404)


class SimulatedMarketAdapter(BaseAdapter):  # type: ignore[misc]  # requests carries no types
    """Replies to prepared requests from the simulated market as of the settings' clock.

    Args:
        settings: their `now()` decides what is published.
        catalog: funds and series that it has; the seeds when left out.
    """

    def __init__(self, settings: Settings, catalog: Catalog | None = None):
        super().__init__()
        self.now = settings.now()
        self.catalog = catalog or Catalog.load()

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Reply to one request; time-outs, proxies and certificates mean nothing here."""
        reply = self.reply_to(request.url or "")
        headers = {"Content-Type": reply.content_type, "Content-Length": str(len(reply.body))}
        response = requests.Response()
        response.status_code = reply.status
        response.headers.update({**headers, "Cache-Control": "no-store"})
        response.raw = HTTPResponse(io.BytesIO(reply.body), headers=headers, status=reply.status, preload_content=False)
        response.url = request.url or ""
        response.request = request
        response.reason = "OK" if reply.status == 200 else "Not Found"
        return response

    def close(self) -> None:
        """Nothing is open."""

    def reply_to(self, url: str) -> Response:
        """The response to a URL as of `now`."""
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        route = _ROUTES.get(parts.hostname or "")
        return route(self, parts.path, query) if route else _NOT_FOUND

    def _issuer(self, path: str, query: Mapping[str, str]) -> Response:
        fund = next((f for f in self.catalog.funds if f.portfolio_id == query.get("portfolioId")), None)
        if fund is None or not path.endswith("/get-fund-document"):
            return _NOT_FOUND
        if query.get("component") == "fundDownload":
            return Response("application/vnd.ms-excel", workbook(fund, self.now))
        if query.get("component") == "holdings":
            requested = query.get("asOfDate", "")
            return Response("text/csv;charset=UTF-8", holdings_csv(fund, requested, self.now))
        return _NOT_FOUND

    def _treasury(self, path: str, query: Mapping[str, str]) -> Response:
        if path.endswith("/pages/xml"):
            return Response("application/xml", treasury_xml(query, self.now))
        if "/daily-treasury-rates.csv/" in path:
            return Response("text/csv; charset=utf-8", treasury_csv(path, query, self.now))
        return _NOT_FOUND

    def _fred(self, path: str, query: Mapping[str, str]) -> Response:
        series_ids = query.get("id", "").split(",")
        known = {s.source_id for s in self.catalog.series_of("fred")}
        if path != "/graph/fredgraph.csv" or not known.issuperset(series_ids):
            return _NOT_FOUND
        return Response("application/csv", fred_csv(series_ids, query, self.now))

    def _cboe(self, path: str, query: Mapping[str, str]) -> Response:
        return Response("text/csv", vix_csv(self.now)) if path.endswith("/VIX_History.csv") else _NOT_FOUND

    def _yahoo(self, path: str, query: Mapping[str, str]) -> Response:
        symbol = path.rpartition("/")[2]
        fund = self._fund(symbol)
        is_known = fund is not None or any(s.source_id == symbol for s in self.catalog.series_of("yahoo"))
        if not path.startswith("/v8/finance/chart/") or not is_known:
            return Response("application/json", _NO_SYMBOL, 404)
        body = yahoo_json(symbol, fund.asset_class if fund else None, query, self.now)
        return Response("application/json", body)

    def _nasdaq(self, path: str, query: Mapping[str, str]) -> Response:
        symbol, _, document = path.removeprefix("/api/quote/").partition("/")
        is_known = any(s.source_id == symbol for s in self.catalog.series_of("nasdaq"))
        if document != "historical" or not is_known:
            return _NOT_FOUND
        fund = self._fund(symbol)
        body = nasdaq_json(symbol, fund.asset_class if fund else None, query, self.now)
        return Response("application/json; charset=utf-8", body)

    def _ssga(self, path: str, query: Mapping[str, str]) -> Response:
        funds = [series.source_id for series in self.catalog.series_of("ssga")]
        name = path.rpartition("/")[2]
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        if name == "spdr-etf-historical-distributions.xlsx":
            return Response(content_type, distributions_workbook(funds, self.now))
        fund = next((fund for fund in funds if name == f"navhist-us-en-{fund.lower()}.xlsx"), None)
        return Response(content_type, nav_workbook(fund, self.now)) if fund else _NOT_FOUND

    def _fund(self, symbol: str) -> Fund | None:
        return next((f for f in self.catalog.funds if f.fund == symbol), None)


_ROUTES: dict[str, Callable[[SimulatedMarketAdapter, str, Mapping[str, str]], Response]] = {
    "www.blackrock.com": SimulatedMarketAdapter._issuer,
    "home.treasury.gov": SimulatedMarketAdapter._treasury,
    "fred.stlouisfed.org": SimulatedMarketAdapter._fred,
    "cdn.cboe.com": SimulatedMarketAdapter._cboe,
    "query1.finance.yahoo.com": SimulatedMarketAdapter._yahoo,
    "query2.finance.yahoo.com": SimulatedMarketAdapter._yahoo,
    "api.nasdaq.com": SimulatedMarketAdapter._nasdaq,
    "www.ssga.com": SimulatedMarketAdapter._ssga,
}
