"""State Street's two workbooks, written as it sends them."""

from datetime import date

import pytest

from ingest.errors import NothingYet, UnexpectedPayload
from ingest.registry.seeds import Catalog
from ingest.simulation.formats.ssga import workbook
from ingest.sources import ssga_distributions, ssga_nav
from ingest.sources.base import Plan
from ingest.storage.warehouse import WarehouseDates

HEADER = ["Date", "NAV", "Shares Outstanding", "Total Net Assets"]
HISTORY = [
    ["Fund Name:", "A trust"],
    ["Ticker Symbol:", "SPY®"],
    [],
    HEADER,
    ["31-Dec-2025", 680.25, 9.0e8, 6.1e11],
    ["30-May-2006", 127.1, "-", "-"],
    [],
    ["Past performance is not a reliable indicator."],
]
AMOUNTS = ["DIVIDEND ($)", "SHORT TERM CAPITAL GAIN ($)", "LONG TERM CAPITAL GAIN ($)"]
PAID = [
    ["State Street ETF distributions"],
    [],
    ["TICKER", "FUND NAME", "EX-DATE", "RECORD DATE", "PAYABLE DATE", *AMOUNTS],
    ["SPY", "A trust", "12/19/2025", "12/19/2025", "01/30/2026", 1.9, 0.1, 0.2],
    ["SPY", "A trust", "12/19/2025", "12/19/2025", "01/30/2026", 0.05, 0.0, 0.0],
    ["BIL", "Bills", "03/03/2008", "03/05/2008", "02/29/2008", 0.4, 0.0, 0.0],
    ["GLD", "Gold", "03/03/2008", "03/05/2008", "03/07/2008", 0.0, 0.0, 0.0],
]


def changed(rows, old, new):
    return [[new if cell == old else cell for cell in row] for row in rows]


def test_a_history_is_read_and_unpublished_shares_are_missing(payload):
    frame = ssga_nav.parse(payload("ssga:SPY", workbook(HISTORY)))
    assert frame["observation_date"].tolist() == [date(2025, 12, 31), date(2006, 5, 30)]
    assert frame["nav_usd"].tolist() == [680.25, 127.1]
    assert frame["shares_outstanding"].isna().tolist() == [False, True]


def test_a_history_without_rows_is_nothing_yet(payload):
    with pytest.raises(NothingYet):
        ssga_nav.parse(payload("ssga:SPY", workbook(HISTORY[:4])))


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (changed(HISTORY, "SPY®", "XLK"), "the workbook is of 'XLK'"),
        (changed(HISTORY, "NAV", "Price"), "column NAV is missing; the header is"),
        (changed(HISTORY, "Date", "As of"), "no row begins with 'Date'"),
        (changed(HISTORY, 680.25, "high"), "expected a number, found 'high'"),
        (changed(HISTORY, 680.25, -1.0), "which no share is worth"),
        (changed(HISTORY, "31-Dec-2025", "31.12.25"), "expected a date"),
    ],
)
def test_another_history_is_unexpected_and_quoted(payload, rows, reason):
    with pytest.raises(UnexpectedPayload, match=reason):
        ssga_nav.parse(payload("ssga:SPY", workbook(rows)))


@pytest.mark.parametrize("parse", [ssga_nav.parse, ssga_distributions.parse])
@pytest.mark.parametrize("body", [b"PK\x03\x04 cut off", b"<html></html>", b"Date,NAV\n"])
def test_what_is_no_workbook_is_unexpected(payload, parse, body):
    with pytest.raises(UnexpectedPayload, match="expected a spreadsheet"):
        parse(payload("ssga:SPY", body))


def test_amounts_of_one_ex_date_add_up_and_zeros_are_left_out(payload):
    frame = ssga_distributions.parse(payload("ssga_distributions:all", workbook(PAID)))
    assert frame["fund"].tolist() == ["SPY", "BIL"]
    assert frame["ex_date"].tolist() == [date(2025, 12, 19), date(2008, 3, 3)]
    assert frame["dividend_usd"].tolist() == pytest.approx([1.95, 0.4])
    assert frame["long_term_gain_usd"].tolist() == [0.2, 0.0]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (changed(PAID, "DIVIDEND ($)", "INCOME"), "DIVIDEND"),
        (changed(PAID, "TICKER", "FUND"), "no row begins with 'TICKER'"),
        (changed(PAID, 1.9, "high"), "expected a number, found 'high'"),
    ],
)
def test_other_distributions_are_unexpected_and_quoted(payload, rows, reason):
    with pytest.raises(UnexpectedPayload, match=reason):
        ssga_distributions.parse(payload("ssga_distributions:all", workbook(rows)))


def test_neither_feeds_a_driver(settings):
    catalog = Catalog.load()
    plan, held = Plan.of(settings, catalog), WarehouseDates(settings)
    (history,), (paid,) = (module.fetch_tasks(plan, catalog, held) for module in (ssga_nav, ssga_distributions))
    assert history.request.url.endswith("/navhist-us-en-spy.xlsx")
    assert not history.feeds_driver
    assert not paid.feeds_driver
    assert paid.expected_date is None
