"""Other inputs of the kinds of test_holdings_cases: lines of two sessions within a fund of ordinary size.

Every case has two consecutive sessions of its own, so that all of them are one build.
"""

from datetime import date, datetime, time, timedelta

import duckdb
import pandas as pd
import pytest

from ingest.registry.calendars import session_dates
from ingest.simulation.securities import SECTORS
from tests.support import holdings_fund as fund
from tests.support.dbt import dbt

NET_ASSETS_USD = 909e6
N_ORDINARY = 300
TEXTS = ("ticker", "name", "sector", "asset_class")
LINE = (*TEXTS, "quantity", "price", "market_value_usd", "isin", "notional_value_usd")
MARTS = (
    "fct_holding_contribution_daily",
    "fct_holdings_change_daily",
    "fct_sector_contribution_daily",
    "fct_brinson_daily",
    "fct_brinson_period",
)
CASH_SECTOR = "Cash and/or Derivatives"


def share(ticker, name, quantity, price, isin=None, sector="Industrials"):
    return (ticker, name, sector, "Equity", quantity, price, round(quantity * price, 2), isin, None)


def derivative(name, quantity, price, value, asset_class="Other Derivatives", notional=None, ticker=None):
    return (ticker, name, CASH_SECTOR, asset_class, quantity, price, value, None, notional)


def cash(ticker, name, value):
    return (ticker, name, CASH_SECTOR, "Cash", value, 1.0, value, None, value)


CALL = "OCT26 TLT US C @ 82"
CLASS_A, CLASS_C = "GOOGLE INC CLASS A", "GOOGLE INC CLASS C"
HONG_KONG, TOKYO = ("INNOVENT BIOLOGICS INC", "KYG4818G1010"), ("TAISEI CORP", "JP3443600006")

# Lines before, lines after.
CASES = {
    "splits": (
        [
            share("AAPL", "APPLE INC", 50_000, 645.57),
            share("VRM", "VROOM INC", 1_600_000, 0.20),
            share("NSP", "SEVENFOR CORP", 700_000, 1.00),
            share("ODD", "ODDCO INC", 31_000, 100.00),
            share("THIRTY", "THIRTY THREE INC", 33_000, 100.00),
            share("RVR", "REVERSE INC", 1_000_000, 1.00, isin="US0000000001"),
            share("DIV", "STOCK DIVIDEND INC", 10_000, 110.00),
            share("DROP", "REVERSE AND DROP INC", 1_600_000, 0.20),
            share("CVNA", "ODD AND UP INC", 31_000, 100.00),
            share("SIX", "SIX FOR FIVE INC", 10_000, 120.00),
            share("THIR", "THIRTEEN FOR TEN INC", 10_000, 130.00),
        ],
        [
            share("AAPL", "APPLE INC", 350_000, 93.70),
            share("VRM", "VROOM INC", 20_000, 16.00),
            share("NSP", "SEVENFOR CORP", 100_000, 7.00),
            share("ODD", "ODDCO INC", 1_000_000, 3.10),
            share("THIRTY", "THIRTY THREE INC", 1_000_000, 3.30),
            share("RVR", "REVERSE INC", 25_000, 36.00, isin="US0000000002"),
            share("DIV", "STOCK DIVIDEND INC", 11_000, 100.00),
            share("DROP", "REVERSE AND DROP INC", 20_000, 11.20),
            share("CVNA", "ODD AND UP INC", 1_000_000, 3.596),
            share("SIX", "SIX FOR FIVE INC", 12_000, 100.00),
            share("THIR", "THIRTEEN FOR TEN INC", 13_000, 100.00),
        ],
    ),
    "options": (
        [derivative(CALL, -218_448, 25.386, -5_545_521)],
        [derivative(CALL, -218_448, 50.772, -11_091_042)],
    ),
    "derivatives": (
        [
            derivative("S&P500 EMINI", 16, 5600, 0, "Futures", 4_480_000, "ESM5"),
            derivative("A SWAP", 1000, 1000, 1_000_000, "Swaps"),
            derivative("A FORWARD", 5_000_000, 0.002, 10_000, "Forwards"),
            derivative("SOMETHING NEW", 1000, 1000, 1_000_000, "Total Return"),
            ("OPT", "EQUITY OPTION X", "Financials", "Equity Option", 10.0, 10.0, 100_000.0, None, None),
            ("FXF", "FX FORWARD X", "Financials", "FX Forwards", 10.0, 10.0, 100_000.0, None, None),
            ("RPO", "EXPIRING CALL", CASH_SECTOR, "Options", 10.0, 100.0, 100_000.0, None, None),
            derivative("FUTURE WITHOUT PRICE", 16, None, 0, "Futures", 4_480_000, "NQM5"),
            derivative("SWAP IN DOLLARS", 1_000_000, 1, 1_000_000, "Swaps"),
        ],
        [
            derivative("S&P500 EMINI", 16, 5656, 0, "Futures", 4_524_800, "ESM5"),
            derivative("A SWAP", 1000, 900, 900_000, "Swaps"),
            derivative("A FORWARD", 5_000_000, -0.002, -10_000, "Forwards"),
            derivative("SOMETHING NEW", 1000, 1100, 1_100_000, "Total Return"),
            ("OPT", "EQUITY OPTION X", "Financials", "Equity Option", 10.0, 20.0, 200_000.0, None, None),
            ("FXF", "FX FORWARD X", "Financials", "FX Forwards", 10.0, 20.0, 200_000.0, None, None),
            ("RPO", "EXPIRING CALL", CASH_SECTOR, "Options", 10.0, 0.0, 0.0, None, None),
            derivative("FUTURE WITHOUT PRICE", 16, None, 0, "Futures", 4_524_800, "NQM5"),
            derivative("SWAP IN DOLLARS", 1_400_000, 1, 1_400_000, "Swaps"),
        ],
    ),
    "share class": (
        [share("GOOG", CLASS_A, 15_000, 1135.10)],
        [share("GOOGL", CLASS_A, 15_000, 571.50), share("GOOG", CLASS_C, 15_000, 569.74)],
    ),
    "identifier before ticker": (
        [share("XYZ", "XYZ CORP", 15_000, 100.0, isin="US1111111111")],
        [
            share("XYZA", "XYZ CORP CLASS A", 15_000, 101.0, isin="US1111111111"),
            share("XYZ", "ANOTHER CORP", 7_000, 30.0, isin="US2222222222"),
        ],
    ),
    "another company under a ticker": (
        [share("OLD", "FIRST COMPANY INC", 15_000, 100.0)],
        [share("OLD", "SECOND ENTERPRISE PLC", 700, 3.0)],
    ),
    "a new name under a ticker": (
        [share("SQ", "SQUARE INC", 15_000, 100.0)],
        [share("SQ", "BLOCK HOLDINGS PLC", 15_000, 103.0)],
    ),
    "tickers swapped": (
        [share("FWONA", "LIBERTY CLASS A", 15_000, 100.0), share("FWONK", "LIBERTY CLASS C", 9_000, 50.0)],
        [share("FWONK", "LIBERTY CLASS A", 15_000, 101.0), share("FWONA", "LIBERTY CLASS C", 9_000, 49.0)],
    ),
    "spin-off": (
        [share("PAR", "PARENT CORP", 10_000, 100.00)],
        [share("PAR", "PARENT CORP", 10_000, 75.00), share("KID", "KIDCO INC", 2500, 100.00)],
    ),
    "spin-off that moves": (
        [share("PAR", "PARENT CORP", 10_000, 100.00)],
        [share("PAR", "PARENT CORP", 10_000, 62.00), share("KID", "KIDCO INC", 5000, 72.00)],
    ),
    "spin-off of a fifth": (
        [share("PAR", "PARENT CORP", 10_000, 100.00)],
        [share("PAR", "PARENT CORP", 10_000, 82.00), share("KID", "KIDCO INC", 3333, 54.00)],
    ),
    "spin-off with little trading": (
        [share("PAR", "PARENT CORP", 10_000, 100.00)],
        [share("PAR", "PARENT CORP", 10_050, 75.00), share("KID", "KIDCO INC", 2512, 100.00)],
    ),
    "unrelated": (
        [share("PAR", "PARENT CORP", 10_000, 100.00)],
        [share("PAR", "PARENT CORP", 10_000, 75.00), share("KID", "KIDCO INC", 2500, 10.00)],
    ),
    "collision": (
        [share("1801", HONG_KONG[0], 300_000, 10.00, HONG_KONG[1]), share("1801", TOKYO[0], 70_000, 42.50, TOKYO[1])],
        [share("1801", HONG_KONG[0], 300_000, 9.90, HONG_KONG[1]), share("1801", TOKYO[0], 70_000, 43.00, TOKYO[1])],
    ),
    "collision without identifiers": (
        [share("1801", HONG_KONG[0], 300_000, 10.00), share("1801", TOKYO[0], 70_000, 42.50)],
        [share("1801", HONG_KONG[0], 300_000, 9.90), share("1801", TOKYO[0], 70_000, 43.00)],
    ),
    "collision ends": (
        [share("1801", HONG_KONG[0], 300_000, 10.00), share("1801", TOKYO[0], 70_000, 42.50)],
        [share("1801", TOKYO[0], 70_000, 43.00)],
    ),
    "placeholders": (
        [share("AAA", "A CORP", 1000, 10.0, isin="N/A"), share("BBB", "B CORP", 1000, 20.0, isin="N/A")],
        [share("AAA", "A CORP", 1000, 11.0, isin="N/A"), share("BBB", "B CORP", 5000, 22.0, isin="N/A")],
    ),
    "marked down": (
        [share("SBNY", "SIGNATURE BANK", 10_000, 70.00), share("HALT", "HALTED CORP", 10_000, 70.00)],
        [
            share("SBNY", "SIGNATURE BANK", 10_000, 0.00),
            ("HALT", "HALTED CORP", "Industrials", "Equity", 10_000, 0.0, 700_000.0, None, None),
        ],
    ),
    "brinson": (
        [cash("USD", "USD CASH", 2_000_000.0)],
        [cash("USD", "USD CASH", 2_000_000.0)],
    ),
}
BENCHMARK = (
    [
        cash("USD", "USD CASH", 4_000_000.0),
        cash("-", "PAYABLE", -3_999_000.0),
        derivative("S&P500 EMINI JUN 25", 16, 5600, 0, "Futures", 4_480_000, "ESM5"),
    ],
    [
        cash("USD", "USD CASH", 4_000_000.0),
        cash("-", "PAYABLE", -3_999_000.0),
        derivative("S&P500 EMINI JUN 25", 16, 5656, 0, "Futures", 4_524_800, "ESM5"),
    ],
)
DAYS = session_dates(date(2025, 1, 2), date(2025, 12, 31))
SESSION = {name: (DAYS[3 * at], DAYS[3 * at + 1]) for at, name in enumerate(CASES)}


def _file(ticker, day, landing_id, lines, ordinary_usd):
    """A file of some lines and of ordinary ones that do not move."""
    names = [(f"N{i}", f"ORDINARY {i} INC", SECTORS[i % 5]) for i in range(N_ORDINARY)]
    ordinary = [share(ticker, name, ordinary_usd, 1.0, sector=sector) for ticker, name, sector in names]
    frame = pd.DataFrame([*lines, *ordinary], columns=LINE)
    known = {"fund": ticker, "as_of_date": day, "landing_id": landing_id, "currency": "USD", "fx_rate": 1.0}
    learned = datetime.combine(day + timedelta(days=1), time(13))
    return frame.assign(**known, line_number=range(1, len(frame) + 1), knowledge_ts=learned)


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    files, landing_id = [], 0
    for name, (before, after) in CASES.items():
        rest = (NET_ASSETS_USD - sum(line[6] for line in before)) / N_ORDINARY
        for day, lines in zip(SESSION[name], (before, after), strict=True):
            landing_id += 1
            files.append(_file("IWM", day, landing_id, lines, rest))
    for day, lines in zip(SESSION["brinson"], BENCHMARK, strict=True):
        landing_id += 1
        files.append(_file("IVV", day, landing_id, lines, NET_ASSETS_USD / N_ORDINARY))
    warehouse = fund.write(tmp_path_factory.mktemp("cases") / "home", pd.concat(files, ignore_index=True))
    selected = [f"+{mart}" for mart in MARTS]
    done = dbt(warehouse, "build", "--select", *selected, "--exclude-resource-type", "unit_test", "test")
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(warehouse), read_only=True) as con:
        yield con


def lines_of(cases, name, columns="return_pct"):
    """Those lines of a case that are none of the ordinary ones, by name."""
    found = cases.execute(
        f"select name, {columns} from marts.fct_holding_contribution_daily"
        f" where fund = 'IWM' and session_date = '{SESSION[name][1]}' and name not like 'ORDINARY%' order by all"
    ).fetchall()
    return {label: values[0] if len(values) == 1 else tuple(values) for label, *values in found}


def total_pct(cases, name):
    """What the lines of a case added together, in percent of what they were worth before."""
    return cases.execute(
        "select sum(contribution_pct) * 100 / sum(weight_start_pct) from marts.fct_holding_contribution_daily"
        f" where fund = 'IWM' and session_date = '{SESSION[name][1]}' and name not like 'ORDINARY%'"
    ).fetchall()[0][0]


@pytest.mark.parametrize(
    ("name", "return_pct"),
    [
        ("APPLE INC", 1.60),
        ("VROOM INC", 0),
        ("SEVENFOR CORP", 0),
        ("ODDCO INC", 0),
        ("THIRTY THREE INC", 0),
        ("REVERSE INC", -10),
        ("STOCK DIVIDEND INC", 0),
        ("REVERSE AND DROP INC", -30),
        ("ODD AND UP INC", 16),
        ("SIX FOR FIVE INC", 0),
        ("THIRTEEN FOR TEN INC", 0),
    ],
)
def test_a_split_by_any_ratio_leaves_the_return_of_the_day(cases, name, return_pct):
    found = lines_of(cases, "splits", "return_pct, flag")[name]
    assert found == (pytest.approx(return_pct, abs=0.05), "split_inferred")


def test_an_option_adds_the_change_of_its_market_value_over_the_fund(cases):
    contribution, flag = lines_of(cases, "options", "contribution_pct, flag")[CALL]
    assert contribution == pytest.approx(-0.61, abs=0.0005)
    assert flag == "derivative"


@pytest.mark.parametrize(
    ("name", "gain_usd"),
    [
        ("S&P500 EMINI", 44_800),
        ("A SWAP", -100_000),
        ("A FORWARD", -20_000),
        ("SOMETHING NEW", 100_000),
        ("EQUITY OPTION X", 100_000),
        ("FX FORWARD X", 100_000),
        ("EXPIRING CALL", -100_000),
        ("FUTURE WITHOUT PRICE", 44_800),
        ("SWAP IN DOLLARS", 400_000),
    ],
)
def test_every_kind_of_derivative_adds_its_gain(cases, name, gain_usd):
    contribution, flag = lines_of(cases, "derivatives", "contribution_pct, flag")[name]
    fund_usd = NET_ASSETS_USD
    assert (round(contribution * fund_usd / 100), flag) == (pytest.approx(gain_usd, abs=1), "derivative")


def test_two_share_classes_that_were_one_have_the_return_of_both(cases):
    assert total_pct(cases, "share class") == pytest.approx(0.54, abs=0.005)


@pytest.mark.parametrize(
    ("case", "returns"),
    [
        ("identifier before ticker", {"XYZ CORP CLASS A": 1.0, "ANOTHER CORP": None}),
        ("another company under a ticker", {"FIRST COMPANY INC": None, "SECOND ENTERPRISE PLC": None}),
        ("a new name under a ticker", {"BLOCK HOLDINGS PLC": 3.0}),
        ("tickers swapped", {"LIBERTY CLASS A": 1.0, "LIBERTY CLASS C": -2.0}),
        ("unrelated", {"PARENT CORP": -25.0, "KIDCO INC": None}),
        ("collision", {HONG_KONG[0]: -1.0, TOKYO[0]: 1.1764706}),
        ("collision without identifiers", {HONG_KONG[0]: -1.0, TOKYO[0]: 1.1764706}),
        ("collision ends", {HONG_KONG[0]: None, TOKYO[0]: 1.1764706}),
        ("placeholders", {"A CORP": 10.0, "B CORP": 10.0}),
        ("marked down", {"SIGNATURE BANK": -100.0, "HALTED CORP": 0.0}),
    ],
)
def test_a_line_is_followed_to_its_own_return(cases, case, returns):
    found = lines_of(cases, case)
    assert found == {n: None if r is None else pytest.approx(r, abs=1e-4) for n, r in returns.items()}


@pytest.mark.parametrize(
    ("case", "return_pct"),
    [
        ("spin-off", 0),
        ("spin-off that moves", -2),
        ("spin-off of a fifth", -0.0018),
        ("spin-off with little trading", -0.0),
    ],
)
def test_a_spin_off_is_no_fall_of_its_parent(cases, case, return_pct):
    assert total_pct(cases, case) == pytest.approx(return_pct, abs=0.2)
    assert set(lines_of(cases, case, "flag").values()) == {"spin_off_inferred"}


def test_a_benchmark_sector_that_nets_to_nothing_has_no_large_effect(cases):
    effects = cases.execute(
        "select sector, allocation_pct, selection_pct from marts.fct_brinson_daily where benchmark = 'IVV'"
        f" and session_date = '{SESSION['brinson'][1]}' order by abs(selection_pct) desc"
    ).fetchall()
    assert effects[0][1:] == (pytest.approx(0, abs=1e-4), pytest.approx(-0.0049, abs=1e-4))


def test_a_sector_of_next_to_no_weight_has_no_return(cases):
    assert cases.execute(
        "select abs(coalesce(return_pct, 0)) < 100 from marts.fct_sector_contribution_daily"
        f" where fund = 'IVV' and session_date = '{SESSION['brinson'][1]}' and sector = '{CASH_SECTOR}'"
    ).fetchall() == [(True,)]
