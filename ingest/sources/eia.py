"""Spot oil prices straight from the Energy Information Administration, in place of FRED, which republishes them.

Where: EIA API v2, JSON, requested only with EIA_API_KEY and only when FRED's graph fails.
One row: a series and a date, USD per barrel; newest first, at most 5000 rows a page (since 2007: one page).
Quirks: `value` is text, a number or null, and `.` where missing; negative on 2020-04-20; a refusal for want of a key
is status 403.
"""

from datetime import date
from typing import Any

from ingest.errors import UnexpectedPayload
from ingest.http.messages import Request, preview
from ingest.parsing.text import day, number

URL = "https://api.eia.gov/v2/petroleum/pri/spt/data/"
# FRED's name of a series and the EIA's own.
SERIES = {"DCOILWTICO": "RWTC", "DCOILBRENTEU": "RBRTE"}


def request(fred_id: str, since: date, key: str) -> Request:
    """The request for one of `SERIES` from a date on."""
    params = {
        "frequency": "daily",
        "data[0]": "value",
        "facets[series][]": SERIES[fred_id],
        "start": since.isoformat(),
        "sort[0][column]": "period",
        "sort[0][direction]": "desc",
        "offset": "0",
        "length": "5000",
    }
    return Request(f"fred:{fred_id}", URL, params, secret={"api_key": key}, endpoint="eia")


def rows(document: dict[str, Any], fred_id: str, what: str) -> list[tuple[date, float]]:
    """Dates and prices of a decoded response.

    Raises:
        UnexpectedPayload: it is not the requested series.
    """
    try:
        data = document["response"]["data"]
        pairs = [(str(r["period"]), str(r["value"])) for r in data if r["series"] == SERIES.get(fred_id)]
    except (KeyError, TypeError) as error:
        raise UnexpectedPayload(f"{what}: expected data of the EIA, found {preview(str(document))}") from error
    if data and not pairs:
        raise UnexpectedPayload(f"{what}: the EIA sent another series: {preview(str(data[0]))}")
    values = [(on, number(value, f"{what}, {on}")) for on, value in pairs]
    return [(day(on, what), value) for on, value in values if value is not None]
