"""Nasdaq's price history."""

import json
from collections.abc import Mapping
from datetime import datetime

from ingest.simulation.bars import bars
from ingest.simulation.publication import published
from ingest.simulation.sessions import calendar


def nasdaq_json(symbol: str, asset_class: str | None, query: Mapping[str, str], now: datetime) -> bytes:
    """The history: newest row first, two decimals, volume with commas."""
    quote, sessions = bars(symbol, asset_class), calendar().sessions
    count = published("nasdaq", symbol, sessions, now)
    first, last = query.get("fromdate", "0"), query.get("todate", "9999")
    at = [i for i in range(count) if first <= str(sessions[i]) <= last][::-1][: int(query.get("limit", "18"))]
    rows = [
        {
            "date": f"{sessions[i]:%m/%d/%Y}",
            "close": f"${quote.close[i]:.2f}",
            "volume": f"{int(quote.volume[i]):,}",
            "open": f"${quote.open[i]:.2f}",
            "high": f"${quote.high[i]:.2f}",
            "low": f"${quote.low[i]:.2f}",
        }
        for i in at
    ]
    table = {"headers": {"date": "Date", "close": "Close/Last"}, "rows": rows}
    data = {"symbol": symbol, "totalRecords": len(rows), "tradesTable": table} if rows else None
    status = {"rCode": 200 if rows else 400, "bCodeMessage": None, "developerMessage": None}
    return json.dumps({"data": data, "message": None, "status": status}).encode()
