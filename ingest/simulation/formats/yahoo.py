"""Yahoo's chart document."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta

import numpy as np

from ingest.simulation.bars import bars
from ingest.simulation.parameters import PARAMETERS
from ingest.simulation.publication import NEW_YORK, published
from ingest.simulation.sessions import calendar

_BEGIN = datetime.combine(PARAMETERS.first_session, time(), NEW_YORK)


def yahoo_json(symbol: str, asset_class: str | None, query: Mapping[str, str], now: datetime) -> bytes:
    """The chart: stamped with the session's open, prices with single-precision noise, dividends as events."""
    quote, sessions = bars(symbol, asset_class), calendar().sessions
    count = published("yahoo", symbol, sessions, now)
    stamps = [int(datetime.combine(day, time(9, 30), NEW_YORK).timestamp()) for day in sessions[:count]]
    first, last = _period(query, now)
    at = [i for i, stamp in enumerate(stamps) if first <= stamp <= last]
    named = {"open": quote.open, "close": quote.close, "high": quote.high, "low": quote.low}
    prices = {name: values[at].astype(np.float32).astype(np.float64).tolist() for name, values in named.items()}
    paid = {i: float(quote.dividend[i]) for i in at if quote.dividend[i]}
    meta = {
        "currency": "USD",
        "symbol": symbol,
        "exchangeName": "PCX",
        "instrumentType": "ETF",
        "exchangeTimezoneName": "America/New_York",
        "dataGranularity": "1d",
        "range": query.get("range", ""),
        **({"regularMarketTime": int(calendar().closes[sessions[at[-1]]].timestamp())} if at else {}),
    }
    result = {
        "meta": meta,
        **({"timestamp": [stamps[i] for i in at]} if at else {}),
        "events": {"dividends": {str(stamps[i]): {"amount": v, "date": stamps[i]} for i, v in paid.items()}},
        "indicators": {
            "quote": [{**prices, "volume": quote.volume[at].astype(int).tolist()}],
            "adjclose": [{"adjclose": _adjusted(quote.close[at].tolist(), quote.dividend[at].tolist())}],
        },
    }
    return json.dumps({"chart": {"result": [result], "error": None}}).encode()


def _period(query: Mapping[str, str], now: datetime) -> tuple[int, int]:
    years = re.fullmatch(r"(\d+)y", query.get("range", ""))
    begin = now - timedelta(days=365 * int(years[1])) if years else _BEGIN
    return int(query.get("period1") or begin.timestamp()), int(query.get("period2") or now.timestamp())


def _adjusted(close: list[float], dividend: list[float]) -> list[float]:
    """Closes adjusted back for every later dividend."""
    factor, out = 1.0, []
    for i in range(len(close) - 1, -1, -1):
        out.append(round(close[i] * factor, 6))
        if dividend[i] and i:
            factor *= 1 - dividend[i] / close[i - 1]
    return out[::-1]
