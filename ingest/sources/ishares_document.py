"""Requests for the issuer's documents: one public endpoint, keyless, undocumented.

The URL that was in use for years returns a product page for every request since mid-2026.
"""

from datetime import date

from ingest.http.messages import Request
from ingest.registry.seeds import Fund

URL = "https://www.blackrock.com/varnish-api/blk-one01-product-data/product-data/api/v1/get-fund-document"


def document_request(source: str, fund: Fund, component: str, as_of: date | None = None) -> Request:
    """A request for one document of a fund; without a date, for the latest."""
    params = {
        "appType": "PRODUCT_PAGE",
        "appSubType": "ISHARES",
        "targetSite": "us-ishares",
        "locale": "en_US",
        "portfolioId": fund.portfolio_id,
        "userType": "individual",
        "component": component,
    }
    if as_of is not None:
        params["asOfDate"] = as_of.strftime("%Y%m%d")
    return Request(source, URL, params, requested_date=as_of, endpoint=f"issuer-{component}")
