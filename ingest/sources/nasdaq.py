"""Daily closes from Nasdaq, the second publisher of market prices.

Where: api/quote/SYMBOL/historical, one document a symbol, keyless and unofficial.
One row: a symbol and a session. USD, two decimals; not adjusted for dividends. Whether history is rescaled after a
split is not documented.
Published: after the close.
Quirks: newest row first; dates as MM/DD/YYYY; prices with or without `$`; volume with commas, `--` where missing; an
unknown symbol is `data: null` with status 200; ranges longer than `limit` are cut.
"""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ingest.errors import NothingYet, UnexpectedPayload
from ingest.http.messages import Payload, Request, preview
from ingest.parsing.text import day, decoded, number, refuse_html, require
from ingest.registry.raw_tables import NASDAQ_CLOSES
from ingest.registry.seeds import Catalog
from ingest.sources.base import FetchTask, LandedDates, Plan

if TYPE_CHECKING:
    import pandas as pd

TABLE = NASDAQ_CLOSES
PUBLISHER = "nasdaq"
URL = "https://api.nasdaq.com/api/quote/"
COLUMNS = {"close": "close_usd", "open": "open_usd", "high": "high_usd", "low": "low_usd", "volume": "volume"}


def fetch_tasks(plan: Plan, catalog: Catalog, landed: LandedDates) -> list[FetchTask]:
    """One task for each symbol of the catalog."""
    params = {"assetclass": "etf", "fromdate": f"{plan.since}", "todate": f"{plan.until}", "limit": "9999"}
    return [
        FetchTask(
            source=f"{PUBLISHER}:{series.source_id}",
            request=Request(
                f"{PUBLISHER}:{series.source_id}", f"{URL}{quote(series.source_id, safe='')}/historical", params
            ),
            parse=parse,
            since=plan.since,
            until=plan.until,
            expected_date=plan.expected_date(series.calendar, series.publication_lag_sessions),
            feeds_driver=catalog.is_driver_input(series.series),
            key={"symbol": series.source_id},
        )
        for series in catalog.series_of(PUBLISHER)
    ]


def parse(payload: Payload) -> "pd.DataFrame":
    """Rows of raw.nasdaq__closes; a row without a close is none.

    Raises:
        NothingYet: Nasdaq does not list the symbol, or has no row in the requested range.
        UnexpectedPayload: it is not the price history of that symbol.
    """
    import pandas as pd

    what = f"Nasdaq history of {payload.item}"
    refuse_html(payload.body, what)
    data = _data(payload, what)
    if data is None:
        raise NothingYet(f"{what}: Nasdaq does not list the symbol, or has no row in the requested range")
    if data.get("symbol") != payload.item:
        raise UnexpectedPayload(f"{what}: the history is of {preview(str(data.get('symbol')))}")
    try:
        rows = [row for line in data["tradesTable"]["rows"] if (row := _row(line, what))]
    except (KeyError, TypeError, AttributeError) as error:
        raise UnexpectedPayload(f"{what}: expected tradesTable with rows, found {preview(payload.body)}") from error
    if not rows:
        raise NothingYet(f"{what}: no row in the requested range")
    frame = pd.DataFrame(rows, columns=["observation_date", *COLUMNS.values()])
    frame = frame.astype(dict.fromkeys(COLUMNS.values(), "float64"))
    frame.insert(0, "symbol", payload.item)
    return frame


def _data(payload: Payload, what: str) -> dict[str, Any] | None:
    try:
        document = json.loads(decoded(payload.body, what))
        data, status = document["data"], document["status"]["rCode"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnexpectedPayload(f"{what}: expected data and status in JSON, found {preview(payload.body)}") from error
    if data is not None and not isinstance(data, dict):
        raise UnexpectedPayload(f"{what}: expected data to be an object, found {preview(payload.body)}")
    if data is None and status not in (200, 400):
        raise UnexpectedPayload(f"{what}: status {status} inside the document: {preview(payload.body)}")
    return data


def _row(line: dict[str, str], what: str) -> tuple[object, ...] | None:
    require(list(line), ["date", *COLUMNS], what)
    values = {name: number(line[name], f"{what}, {name} of {line['date']}") for name in COLUMNS}
    close = values["close"]
    return (day(line["date"], what), *values.values()) if close and close > 0 else None
