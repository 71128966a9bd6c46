"""Holdings agree with the fund they belong to, and the planted holdings events are there."""

from datetime import date, timedelta
from statistics import median

import pytest

from ingest.registry.calendars import session_dates
from ingest.registry.seeds import Catalog
from ingest.simulation.parameters import PARAMETERS
from tests.support.simulated_market import Market, number

SESSIONS = session_dates(PARAMETERS.first_holdings_session, PARAMETERS.last_session)
CASH = {"Money Market", "Cash", "Cash Collateral and Margins", "Futures", "Cash and/or Derivatives"}
LATER = PARAMETERS.now + timedelta(days=2)
HOLDERS = [f.fund for f in Catalog.load().funds if f.has_holdings]
# the sessions around every event, a distribution and the ends: enough to see what all sessions have in common
EVENTS = (
    PARAMETERS.specific_session,
    date(2026, 6, 1),
    PARAMETERS.new_session,
    PARAMETERS.dropped_session,
    date(2026, 6, 15),
)
CHECKED = sorted({SESSIONS.index(d) for d in (*EVENTS, SESSIONS[1], SESSIONS[-1])})


@pytest.fixture(scope="module")
def market():
    return Market(LATER)


def lines_of(market: Market, fund: str, day: date) -> dict[str, dict[str, float]]:
    """Securities by ticker or CUSIP."""
    _, _, rows = market.holdings(fund, day)
    key = "Ticker" if "Ticker" in rows[0] else "CUSIP"
    return {
        row[key]: {
            "value": number(row["Market Value"]),
            "price": number(row["Price"]),
            "quantity": number(row.get("Quantity") or row["Par Value"]),
        }
        for row in rows
        if row["Asset Class"] not in CASH and row[key] != "-"
    }


def test_at_least_45_sessions_are_served():
    assert len(SESSIONS) >= 45
    assert PARAMETERS.last_session == SESSIONS[-1]


@pytest.mark.parametrize(("fund", "expected"), [("IWM", 1949), ("IVV", 503), ("HYG", 1200), ("IEF", 15)])
def test_the_number_of_securities_is_that_of_a_full_file(market, fund, expected):
    assert len(lines_of(market, fund, PARAMETERS.last_session)) == expected


@pytest.mark.parametrize("fund", HOLDERS)
@pytest.mark.parametrize("day", [SESSIONS[0], PARAMETERS.split_session, PARAMETERS.last_session])
def test_market_values_are_the_net_assets_and_the_preamble_states_them(market, fund, day):
    nav, _, shares = market.nav(fund)[day]
    stated, outstanding, rows = market.holdings(fund, day)
    assert stated == f"{day:%b %d, %Y}"
    assert outstanding == shares
    assert sum(number(row["Market Value"]) for row in rows) == pytest.approx(nav * shares, rel=1e-9)
    assert sum(number(row["Weight (%)"]) for row in rows) == pytest.approx(100, abs=1)


@pytest.mark.parametrize("fund", HOLDERS)
@pytest.mark.parametrize("at", CHECKED)
def test_weighted_returns_of_the_holdings_are_the_total_return_of_the_fund(market, fund, at):
    before, day = SESSIONS[at - 1], SESSIONS[at]
    nav, _, shares = market.nav(fund)[before]
    old, new = lines_of(market, fund, before), lines_of(market, fund, day)
    explained = sum(line["value"] * (new[key]["price"] / line["price"] - 1) for key, line in old.items() if key in new)
    assert explained / (nav * shares) * 100 == pytest.approx(market.total_return(fund)[day], abs=0.01)


def test_a_holding_splits_while_the_fund_is_created(market):
    at = SESSIONS.index(PARAMETERS.split_session)
    old, new = (lines_of(market, PARAMETERS.specific_fund, SESSIONS[i]) for i in (at - 1, at))
    growth = median(new[key]["quantity"] / line["quantity"] for key, line in old.items())
    assert growth == pytest.approx(1 + PARAMETERS.creation_pct / 100, abs=1e-3)
    before, after = old[PARAMETERS.split_ticker], new[PARAMETERS.split_ticker]
    assert after["quantity"] / before["quantity"] / growth == pytest.approx(PARAMETERS.split_ratio, rel=1e-4)
    assert after["price"] / before["price"] * PARAMETERS.split_ratio == pytest.approx(1, abs=0.1)


def test_a_holding_is_added_and_another_dropped_each_on_its_day(market):
    listed = [set(lines_of(market, PARAMETERS.specific_fund, day)) for day in SESSIONS]
    changes = {
        day: (new - old, old - new)
        for day, old, new in zip(SESSIONS[1:], listed, listed[1:], strict=False)
        if new != old
    }
    assert changes == {
        PARAMETERS.new_session: ({PARAMETERS.new_ticker}, set()),
        PARAMETERS.dropped_session: (set(), {PARAMETERS.dropped_ticker}),
    }


def test_the_day_of_its_own_is_mostly_one_sector(market):
    at = SESSIONS.index(PARAMETERS.specific_session)
    _, _, rows = market.holdings(PARAMETERS.specific_fund, SESSIONS[at - 1])
    new = lines_of(market, PARAMETERS.specific_fund, SESSIONS[at])
    by_sector: dict[str, float] = {}
    for row in rows:
        if row["Ticker"] in new:
            gain = number(row["Market Value"]) * (new[row["Ticker"]]["price"] / number(row["Price"]) - 1)
            by_sector[row["Sector"]] = by_sector.get(row["Sector"], 0.0) + gain
    assert max(by_sector, key=by_sector.__getitem__) == PARAMETERS.specific_sector
    assert by_sector[PARAMETERS.specific_sector] > 0.4 * sum(by_sector.values())


def test_names_say_that_they_are_simulated(market):
    for fund in HOLDERS:
        _, _, rows = market.holdings(fund)
        assert all("SIMULATED" in r["Name"] for r in rows if r["Asset Class"] not in CASH)


def test_cash_futures_collateral_and_rights_are_there(market):
    _, _, rows = market.holdings("IWM")
    assert {row["Asset Class"] for row in rows} == {*CASH - {"Cash and/or Derivatives"}, "Equity"}
    assert sum(row["Ticker"] == "-" for row in rows) == 2
    (future,) = [row for row in rows if row["Asset Class"] == "Futures"]
    assert number(future["Market Value"]) == 0 < number(future["Notional Value"])
    assert any(" " in row["Ticker"] for row in rows)
