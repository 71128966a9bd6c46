"""Holdings files of the issuer: every line of a fund on a date.

Where: `get-fund-document?component=holdings[&asOfDate=YYYYMMDD]`, one document a fund and date, keyless.
One row: a line of the file, in its order. USD; weights in percent, rounded to 0.01 by the issuer.
Published: a session's holdings are up on the morning of the next one.
Quirks: a date without holdings (weekend, holiday, unpublished, hole) is a stub with `as of,"-"`; a holiday
may return the neighbouring day's file, so the date inside the file is the key, never the one
requested. Layouts of the file: `ishares_holdings_file.py`.
"""

from datetime import date, timedelta
from math import inf, isfinite
from typing import TYPE_CHECKING

from ingest.errors import UnexpectedPayload
from ingest.http.messages import Payload
from ingest.registry.calendars import last_session, session_dates
from ingest.registry.raw_tables import ISHARES_HOLDINGS
from ingest.registry.seeds import Catalog
from ingest.sources.base import FetchTask, LandedDates, Plan
from ingest.sources.ishares_document import document_request
from ingest.sources.ishares_holdings_file import parse_file

if TYPE_CHECKING:
    import pandas as pd

TABLE = ISHARES_HOLDINGS
PUBLISHER = "holdings"
LAG_SESSIONS = 1
# Newest landed dates fetched again: the issuer corrects a file within a day or two.
REFETCHED_DATES = 2
# Of the fund's value; a list cut short, or printed twice, is far outside.
COVERED_BAND_PCT = (95.0, 105.0)
# Weights are rounded to 0.01: of twelve thousand lines most are 0.00 or 0.01, and say nothing of the fund's value.
TELLING_WEIGHT_PCT, ROUNDING_PCT = 0.05, 0.005


def fetch_tasks(plan: Plan, catalog: Catalog, landed: LandedDates) -> list[FetchTask]:
    """The latest file and the trailing sessions not landed yet, or exactly the dates of the plan."""
    expected = plan.expected_date("nyse", LAG_SESSIONS)
    found: list[FetchTask] = []
    for ticker in plan.funds:
        fund = catalog.fund(ticker)
        if not fund.has_holdings:
            continue
        source = f"{PUBLISHER}:{ticker}"
        dates = plan.holdings_dates
        wanted = [None, *_trailing(plan, landed.dates(TABLE, fund=ticker))] if dates is None else list(dates)
        found += [
            FetchTask(
                source=source,
                request=document_request(source, fund, "holdings", as_of),
                parse=parse,
                since=plan.since if dates is None else min(plan.since, min(dates)),
                until=plan.until,
                expected_date=expected if dates is None else None,
                key={"fund": ticker},
            )
            for as_of in wanted
        ]
    return found


def _trailing(plan: Plan, landed: frozenset[date]) -> list[date]:
    """Trailing sessions to fetch, newest last; the newest landed ones are fetched again."""
    last = min(plan.until, last_session(plan.now))
    window = session_dates(max(plan.since, last - timedelta(days=7 + 2 * plan.trailing_sessions)), last)
    again = set(sorted(landed & set(window))[-REFETCHED_DATES:])
    return [d for d in window[-plan.trailing_sessions :] if d not in landed or d in again]


def parse(payload: Payload) -> "pd.DataFrame":
    """Rows of raw.ishares__holdings, checked against the requested fund.

    Raises:
        NothingYet: the issuer has no holdings for that date.
        UnexpectedPayload: it is no holdings file, another fund's, or a list that is not whole.
    """
    frame = parse_file(payload.body, payload.item, expected_name=Catalog.load().fund(payload.item).name)
    least_pct, most_pct = covered_value_pct(frame)
    low, high = COVERED_BAND_PCT
    if most_pct < low or least_pct > high:
        raise UnexpectedPayload(
            f"holdings of {payload.item}: the {len(frame)} lines are {most_pct:.2f} % of the fund's value, "
            f"expected {low:.0f} to {high:.0f}: the list is not whole"
        )
    return frame


def covered_value_pct(frame: "pd.DataFrame") -> tuple[float, float]:
    """Market value of all lines in percent of the fund's value: least and most, because weights are rounded.

    The fund's value is that of the lines with weights large enough to say it, over their weights. Where there is no
    such line the rounded weights bound it; (0, infinity) where the file has no weights.
    """
    weights = frame["weight_pct"].dropna()
    telling = frame[frame["weight_pct"].abs() >= TELLING_WEIGHT_PCT]
    weight_pct, value_usd = float(telling["weight_pct"].sum()), float(telling["market_value_usd"].sum())
    whole_usd = float(frame["market_value_usd"].sum())
    if weights.empty or not isfinite(whole_usd):
        return 0.0, inf  # a number that is not finite is refused with the other rules of the table
    if weight_pct > 0 and value_usd > 0:
        covered_pct = whole_usd / value_usd * weight_pct
        error_pct = covered_pct * ROUNDING_PCT * len(telling) / weight_pct
    else:
        covered_pct, error_pct = float(weights.sum()), ROUNDING_PCT * len(weights)
    return covered_pct - error_pct, covered_pct + error_pct
