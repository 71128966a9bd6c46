"""Each URL answers in the form the real source uses."""

import hashlib
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pandas as pd
import pytest

from ingest.registry.seeds import Catalog
from ingest.settings import SAMPLE_FIRST_SESSION, SAMPLE_NOW
from ingest.simulation.holdings_lines import BOND_HEADER, EQUITY_HEADER
from ingest.simulation.parameters import PARAMETERS
from ingest.sources import ishares_holdings
from tests.support.homes import PROJECT
from tests.support.simulated_market import DOCUMENTS, TREASURY, VIX, Market

FRED = "https://fred.stlouisfed.org/graph/fredgraph.csv"
CHART = "https://query1.finance.yahoo.com/v8/finance/chart"
SPACE = "{http://schemas.microsoft.com/ado/2007/08/dataservices}"


@pytest.fixture(scope="module")
def market():
    return Market()


def test_settings_tell_the_same_time():
    assert (PARAMETERS.now, PARAMETERS.first_session) == (SAMPLE_NOW, SAMPLE_FIRST_SESSION)


@pytest.mark.parametrize(("fund", "header"), [("IWM", EQUITY_HEADER), ("HYG", BOND_HEADER)])
def test_holdings_have_eight_lines_of_preamble_an_empty_line_and_an_unquoted_header(market, fund, header):
    response = market.document(fund, "holdings", asOfDate="")
    lines = response.text.split("\n")
    assert response.headers["Content-Type"] == "text/csv;charset=UTF-8"
    assert lines[0] == Catalog.load().fund(fund).name
    assert [line.partition(",")[0] for line in lines[4:8]] == ["Stock", "Bond", "Cash", "Other"]
    assert lines[8:10] == ["", header]
    assert all(line.startswith('"') and line.endswith('"') for line in lines[10:-2])
    assert lines[-2:] == ["", ""]


@pytest.mark.parametrize("asked", ["20260704", "20260701", "20150102", "19000101", "nonsense"])
def test_dates_without_holdings_get_the_stub(market, asked):
    response = market.document("IWM", "holdings", asOfDate=asked)
    assert response.status_code == 200
    assert len(response.content) == 291
    assert 'as of,"-"' in response.text
    assert 'Outstanding,"-"' in response.text


@pytest.mark.parametrize("fund", [f.fund for f in Catalog.load().funds if f.has_holdings])
def test_the_holdings_parser_reads_every_cell_it_lands(market, fund):
    rows = market.parsed(ishares_holdings.parse, f"holdings:{fund}", market.document(fund, "holdings"))
    securities = [r for r in rows if r["asset_class"] in ("Equity", "Fixed Income")]
    wanted = ["market_value_usd", "quantity", "price", "name", "sector", "currency", "fund_shares_outstanding"]
    if fund in ("HYG", "IEF"):
        wanted += ["cusip", "isin", "sedol", "coupon_pct", "maturity_date", "duration_years"]
    assert rows[0]["as_of_date"] == PARAMETERS.last_session
    assert all(not pd.isna(r[column]) for r in securities for column in wanted)


def test_funds_without_holdings_get_the_stub(market):
    assert market.holdings("TLT") == ("-", None, [])


def test_the_workbook_has_the_flaws_of_the_real_one(market):
    response = market.document("IWM", "fundDownload")
    assert response.headers["Content-Type"] == "application/vnd.ms-excel"
    assert response.content.startswith(b"\xef\xbb\xbf<?xml")
    assert b" & " in response.content
    assert b">--<" in response.content
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(response.content.decode("utf-8-sig"))


@pytest.mark.parametrize("fund", [f.fund for f in Catalog.load().funds])
def test_every_fund_has_a_history_with_distributions(market, fund):
    history = market.nav(fund)
    assert min(history) == PARAMETERS.first_session
    assert len(history) >= 750
    assert sum(paid > 0 for _, paid, _ in history.values()) >= 11
    assert all(nav > 10 and shares > 0 and shares % 50_000 == 0 for nav, _, shares in history.values())


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_the_feed_and_the_csv_of_a_year_agree(market, year):
    params = {"data": "daily_treasury_yield_curve", "field_tdr_date_value": str(year)}
    feed = ElementTree.fromstring(market.get(f"{TREASURY}/pages/xml", **params).content)
    from_feed = {
        date.fromisoformat(entry.findtext(f"{SPACE}NEW_DATE")[:10]): {
            child.tag.removeprefix(f"{SPACE}BC_"): float(child.text)
            for child in entry
            if child.tag.startswith(f"{SPACE}BC_") and "DISPLAY" not in child.tag
        }
        for entry in feed.iter("{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}properties")
    }
    from_csv = market.curve(range(year, year + 1))
    assert list(from_feed) == sorted(from_feed)
    assert {d: list(v.values()) for d, v in from_feed.items()} == {d: list(v.values()) for d, v in from_csv.items()}
    assert max(len(v) for v in from_csv.values()) == (14 if year >= 2025 else 13)


def test_a_new_tenor_is_blank_before_it_began_and_absent_from_earlier_years(market):
    url = f"{TREASURY}/daily-treasury-rates.csv"
    kind = {"type": "daily_treasury_yield_curve"}
    text = market.get(f"{url}/2025/all", **kind).text
    assert text.startswith('Date,"1 Mo","1.5 Month","2 Mo"')
    assert text.splitlines()[-1].split(",")[2] == ""
    assert not text.endswith("\n")
    assert "1.5" not in market.get(f"{url}/2024/all", **kind).text.splitlines()[0]


def test_a_month_can_be_asked_for_and_other_feeds_hold_nothing(market):
    month = market.get(f"{TREASURY}/pages/xml", data="daily_treasury_yield_curve", field_tdr_date_value_month="202606")
    other = market.get(f"{TREASURY}/pages/xml", data="daily_treasury_real_yield_curve", field_tdr_date_value="2026")
    assert month.text.count("<entry>") == 21
    assert other.text.count("<entry>") == 0


def test_the_whole_history_comes_in_pages(market):
    params = {"data": "daily_treasury_yield_curve", "field_tdr_date_value": "all"}
    counts = [market.get(f"{TREASURY}/pages/xml", **params, page=str(p)).text.count("<entry>") for p in range(4)]
    assert counts == [300, 300, len(market.curve()) - 600, 0]


def test_fred_joins_series_and_leaves_holidays_blank(market):
    text = market.get(FRED, id="DGS10,DCOILWTICO", cosd="2024-11-27", coed="2024-12-02").text
    rows = [line.split(",") for line in text.splitlines()]
    assert rows[0] == ["observation_date", "DGS10", "DCOILWTICO"]
    assert rows[2] == ["2024-11-28", "", ""]
    assert rows[3][1] != ""
    assert rows[3][2] == ""
    assert [row[0] for row in rows[1:]] == ["2024-11-27", "2024-11-28", "2024-11-29", "2024-12-02"]


@pytest.mark.parametrize("series_id", [s.source_id for s in Catalog.load().series_of("fred")])
def test_every_fred_series_of_the_seeds_is_served(market, series_id):
    assert len(market.fred(series_id)) > 700


def test_vix_is_a_crlf_file_with_six_decimals_and_consistent_bars(market):
    lines = market.get(VIX).text.split("\r\n")
    assert lines[0] == "DATE,OPEN,HIGH,LOW,CLOSE"
    assert lines[-1] == ""
    assert all(len(cell.partition(".")[2]) == 6 for cell in lines[1].split(",")[1:])
    assert all(low <= min(o, c) <= max(o, c) <= high for o, high, low, c in market.vix().values())
    assert all(10 < close < 40 for *_, close in market.vix().values())


@pytest.mark.parametrize("symbol", [s.source_id for s in Catalog.load().series_of("yahoo")])
def test_a_chart_has_sessions_stamped_at_the_open_and_one_value_each(market, symbol):
    url = f"{CHART}/{symbol}"
    result = market.get(url, period1="1767225600", period2="1770000000").json()["chart"]["result"][0]
    quote = result["indicators"]["quote"][0]
    count = len(result["timestamp"])
    assert count == 20
    assert {len(values) for values in quote.values()} == {count}
    assert len(result["indicators"]["adjclose"][0]["adjclose"]) == count
    assert datetime.fromtimestamp(result["timestamp"][0], UTC) == datetime(2026, 1, 2, 14, 30, tzinfo=UTC)
    assert all(
        low <= min(o, c) <= max(o, c) <= high
        for o, high, low, c in zip(*(quote[k] for k in ("open", "high", "low", "close")), strict=True)
    )


def test_a_range_in_years_is_understood(market):
    result = market.get(f"{CHART}/SPY", range="1y").json()["chart"]["result"][0]
    assert 245 <= len(result["timestamp"]) <= 253


@pytest.mark.parametrize(
    ("url", "params"),
    [
        ("https://example.org/anything", {}),
        (DOCUMENTS, {"portfolioId": "1", "component": "holdings"}),
        (DOCUMENTS, {"portfolioId": "239710", "component": "unheardOf"}),
        (FRED, {"id": "NOPE"}),
        (f"{TREASURY}/pages/other", {}),
        (f"{CHART}/NOPE", {}),
    ],
)
def test_what_does_not_exist_gets_404(market, url, params):
    assert market.get(url, **params).status_code == 404


def digests() -> list[str]:
    """Hashes of one document of each kind."""
    market = Market()
    answers = (
        market.document("IWM", "holdings"),
        market.document("HYG", "holdings", asOfDate="20260501"),
        market.document("IWM", "fundDownload"),
        market.get(f"{TREASURY}/pages/xml", data="daily_treasury_yield_curve", field_tdr_date_value="2026"),
        market.get(FRED, id="DCOILWTICO,DTWEXBGS"),
        market.get(f"{CHART}/USO"),
        market.get(VIX),
    )
    return [hashlib.sha256(answer.content).hexdigest() for answer in answers]


def test_another_process_sends_the_same_bytes():
    code = "from tests.unit.ingest.simulation.test_formats import digests; print(*digests())"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PYTHONPATH": str(PROJECT)}
    other = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    assert other.stdout.split() == digests()


def test_numbers_are_the_same_on_every_machine(market):
    last, nav = PARAMETERS.last_session, market.nav("IWM")[PARAMETERS.last_session][0]
    assert (nav, market.bars("USO")[last][0], market.curve()[last]["10 Yr"]) == (306.440049, 70.27, 4.27)


def test_a_body_can_be_streamed(market):
    with market.session.get(VIX, stream=True, timeout=5) as response:
        assert b"".join(response.iter_content(1000)) == market.get(VIX).content


@pytest.mark.parametrize("now", [PARAMETERS.now - timedelta(days=2000), PARAMETERS.now + timedelta(days=2000)])
def test_before_its_beginning_the_market_is_empty_and_after_its_end_complete(now):
    market, is_over = Market(now), now > PARAMETERS.now
    for served in (market.nav("IWM"), market.curve(), market.bars("SPY"), market.vix(), market.fred("DGS10")):
        assert (max(served) == PARAMETERS.last_session) if is_over else not served
    assert (market.holdings("IWM")[0] != "-") == is_over
