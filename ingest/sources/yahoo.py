"""Daily market bars from Yahoo's chart endpoint.

Where: v8/finance/chart/SYMBOL, one document a symbol, keyless and unofficial.
One row: a symbol and a session of its exchange. USD; adjusted for splits, not for dividends.
Published: after the close; from the open on, the last bar is the unfinished session.
Quirks: a bar's timestamp is the session's open, so its date is that of the exchange's own zone; any value may
be null; prices carry single-precision noise and are rounded to 4 decimals; the adjusted close changes all
history with each dividend and has holes and infinities, so it is not read: close and dividends are; the last
bar may come twice, regular and live; a dividend may stand on a bar of nulls; a split may be an event that the closes do
not show yet; refusals are 429, a plain-text notice, or a web page.
"""

import json
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from ingest.errors import NothingYet, UnexpectedPayload
from ingest.http.messages import Payload, Request, preview
from ingest.parsing.text import decoded, refuse_html
from ingest.registry.raw_tables import YAHOO_BARS
from ingest.registry.seeds import Catalog
from ingest.settings import NEW_YORK
from ingest.sources.base import FetchTask, LandedDates, Plan

if TYPE_CHECKING:
    import pandas as pd

TABLE = YAHOO_BARS
PUBLISHER = "yahoo"
URL = "https://query1.finance.yahoo.com/v8/finance/chart/"
# Trades of the closing auction are reported within minutes of the regular close.
SESSION_CLOSE = time(16, 15)
PRICES = ("open", "high", "low", "close")


def fetch_tasks(plan: Plan, catalog: Catalog, landed: LandedDates) -> list[FetchTask]:
    """One task for each symbol of the catalog."""
    symbols = {s.source_id: s for s in catalog.series_of("yahoo")}
    start = datetime.combine(plan.since, time(), tzinfo=NEW_YORK)
    end = datetime.combine(plan.until, time(), tzinfo=NEW_YORK) + timedelta(days=1)
    params = {
        "period1": str(int(start.timestamp())),
        "period2": str(int(end.timestamp())),
        "interval": "1d",
        "events": "div,splits",
        "includeAdjustedClose": "true",
    }
    return [
        FetchTask(
            source=f"{PUBLISHER}:{symbol}",
            request=Request(
                f"{PUBLISHER}:{symbol}",
                URL + quote(symbol, safe=""),
                params,
                # a witness that Yahoo does not list is missing; a driver that it does not list is an error
                absent_status=404 if series.role == "witness" else None,
            ),
            parse=parse,
            since=plan.since,
            until=plan.until,
            expected_date=plan.expected_date(series.calendar, series.publication_lag_sessions),
            feeds_driver=catalog.is_driver_input(series.series),
            key={"symbol": symbol},
        )
        for symbol, series in symbols.items()
    ]


def parse(payload: Payload) -> "pd.DataFrame":
    """Rows of raw.yahoo__bars; a bar without a close, or of a session still open when it was fetched, is none.

    Raises:
        NothingYet: there is no bar in the requested range.
        UnexpectedPayload: it is not the chart of that symbol.
    """
    import pandas as pd

    what = f"Yahoo chart of {payload.item}"
    result = _result(payload, what)
    try:
        rows = _bars(result, payload.fetched_at)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, OSError) as error:
        raise UnexpectedPayload(
            f"{what}: expected timestamp and quote arrays of one length ({type(error).__name__}: {error}); "
            f"found {preview(payload.body)}"
        ) from error
    if not rows:
        raise NothingYet(f"{what}: no finished bar in the requested range")
    names = ["observation_date", "open_usd", "high_usd", "low_usd", "close_usd", "volume", "dividend_usd"]
    frame = pd.DataFrame(rows, columns=names)
    frame = frame.astype(dict.fromkeys(names[1:], "float64"))
    frame.insert(0, "symbol", payload.item)
    return frame


def _result(payload: Payload, what: str) -> dict[str, Any]:
    refuse_html(payload.body, what)
    try:
        result = json.loads(decoded(payload.body, what))["chart"]["result"][0]
        symbol = result["meta"]["symbol"]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise UnexpectedPayload(f"{what}: expected a chart in JSON, found {preview(payload.body)}") from error
    if symbol != payload.item:
        raise UnexpectedPayload(f"{what}: the chart is of {preview(str(symbol))}")
    return dict(result)


def _bars(result: dict[str, Any], now: datetime) -> list[tuple[object, ...]]:
    zone = ZoneInfo(result["meta"]["exchangeTimezoneName"])
    stamps = result.get("timestamp") or []
    if not stamps:
        return []
    quote_ = result["indicators"]["quote"][0]
    columns = [quote_[name] for name in (*PRICES, "volume")]
    events = result.get("events", {})
    dividends = {_session(d["date"], zone): float(d["amount"]) for d in (events.get("dividends") or {}).values()}
    splits = [
        (_session(s["date"], zone), float(s["numerator"]), float(s["denominator"]))
        for s in (events.get("splits") or {}).values()
    ]
    bars: dict[date, Bar] = {}
    unpaid = 0.0  # a dividend whose bar has no close, or is missing, goes ex with the next bar
    for stamp, *values in zip(stamps, *columns, strict=True):
        on = _session(stamp, zone)
        unpaid += sum(dividends.pop(due) for due in list(dividends) if due == on or (bars and due < on))
        open_, high, low, close, volume = (_finite(value) for value in values)
        is_open = datetime.combine(on, SESSION_CLOSE, tzinfo=zone) > now
        if is_open or not close or close <= 0:
            continue
        # the live bar of a session that is over repeats its date: its close is the final one
        earlier = bars[on].dividend_usd or 0.0 if on in bars else 0.0
        bars[on] = Bar(on, open_, high, low, close, volume, (unpaid + earlier) or None)
        unpaid = 0.0
    return [
        (bar.on, *(None if p is None else round(p, 4) for p in bar.prices), bar.volume, bar.dividend_usd)
        for bar in _with_splits(list(bars.values()), splits)
    ]


@dataclass(frozen=True)
class Bar:
    """One finished session; prices and dividend in USD per share."""

    on: date
    open: float | None
    high: float | None
    low: float | None
    close: float
    volume: float | None
    dividend_usd: float | None

    @property
    def prices(self) -> tuple[float | None, ...]:
        """Open, high, low, close."""
        return self.open, self.high, self.low, self.close

    def rescaled(self, factor: float) -> "Bar":
        """The bar in shares of which `factor` old ones make a new one."""

        def scaled(price: float | None) -> float | None:
            return None if price is None else price * factor

        return Bar(
            on=self.on,
            open=scaled(self.open),
            high=scaled(self.high),
            low=scaled(self.low),
            close=self.close * factor,
            volume=None if self.volume is None else self.volume / factor,
            dividend_usd=scaled(self.dividend_usd),
        )


def _with_splits(bars: list[Bar], splits: list[tuple[date, float, float]]) -> list[Bar]:
    """Bars with every split applied that the closes show was not: the price jumps by its ratio that day."""
    for on, new_shares, old_shares in sorted(splits, reverse=True):
        before, after = [b for b in bars if b.on < on], [b for b in bars if b.on >= on]
        if not (before and after) or new_shares <= 0 or old_shares <= 0:
            continue
        factor = old_shares / new_shares
        jump = math.log(after[0].close / before[-1].close)
        if abs(jump - math.log(factor)) < abs(jump):
            bars = [bar.rescaled(factor) for bar in before] + after
    return bars


def _session(stamp: float, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(stamp, tz=UTC).astimezone(zone).date()


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
