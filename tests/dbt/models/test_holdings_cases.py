"""Kinds of holdings lines that people who do this job have met, each in a fund of ordinary size.

The right values are those of the list of cases beside the project. Tolerances: points of the fund's return to 0.005,
because the lines stand for 0.9 billion dollars here; returns to 0.005 percent, as printed.
"""

from datetime import date

import duckdb
import pandas as pd
import pytest

from tests.dbt.models.test_holdings import build
from tests.support import holdings_fund as fund
from tests.support.homes import SHARED

pytestmark = pytest.mark.real_data
CASES = SHARED / "cases"
LINES = ("03-option-lines", "04-split-ratios", "05-googl-class-c", "06-spinoff", "07-ticker-collision")
BENCHMARK = "IVV"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Two sessions of a fund of 300 names with the lines of all cases, and a benchmark with futures."""
    simulated = fund.simulate(n_names=300, n_sessions=4)
    before, after = simulated.days[1:3]
    lines = simulated.lines[simulated.lines.as_of_date.isin([before, after])]
    lines = lines.assign(market_value_usd=lines.market_value_usd / 50, quantity=lines.quantity / 50)
    added = pd.concat([pd.read_csv(CASES / name / "lines.csv", dtype={"ticker": str}) for name in LINES])
    brinson = pd.read_csv(CASES / "08-brinson-cash" / "lines.csv", dtype={"ticker": str})
    benchmark = lines[lines.sector != "Cash and/or Derivatives"].assign(fund=BENCHMARK)
    own_cash = (lines.sector == "Cash and/or Derivatives").to_numpy()
    frame = pd.concat(
        [
            lines[~own_cash],
            benchmark,
            _embedded(added.assign(fund=fund.FUND), before, after, lines),
            _embedded(_on_both_days(brinson), before, after, lines),
        ],
        ignore_index=True,
    )
    frame["line_number"] = frame.groupby(["fund", "as_of_date"]).cumcount() + 1
    warehouse = fund.write(tmp_path_factory.mktemp("cases") / "home", frame, simulated.nav)
    build(warehouse, extra=("fct_brinson_daily",))
    with duckdb.connect(str(warehouse), read_only=True) as con:
        yield con, after


def _embedded(lines, before, after, like):
    """Lines of the list as rows of the raw table."""
    days = lines.session.map({0: before, 1: after})
    landed = like.drop_duplicates("as_of_date").set_index("as_of_date")
    return lines.assign(
        as_of_date=days,
        price=lines.price_usd,
        currency="USD",
        fx_rate=1.0,
        landing_id=days.map(landed.landing_id),
        knowledge_ts=days.map(landed.knowledge_ts),
        notional_value_usd=lines.get("notional_value_usd", lines.market_value_usd),
        ticker=lines.ticker.where(lines.ticker != "-"),
    ).drop(columns=["session", "price_usd"])


def _on_both_days(lines):
    """Cash of one session stays for the next."""
    cash = lines[(lines.session == 0) & (lines.asset_class == "Cash")]
    return pd.concat([lines, cash.assign(session=1)])


def line(built, name):
    con, day = built
    return con.execute(
        "select return_pct, contribution_pct, flag from marts.fct_holding_contribution_daily"
        " where fund = 'IWM' and session_date = ? and name = ?",
        [day, name],
    ).fetchall()


@pytest.mark.parametrize(
    ("name", "return_pct", "flag"),
    [
        ("APPLE INC", 1.5999, "split_inferred"),
        ("VROOM INC", 0, "split_inferred"),
        ("SEVENFOR CORP", 0, "split_inferred"),
        ("CANO HEALTH INC CLASS A", 0, "split_inferred"),
        ("SMALLCO INC", 0, "split_inferred"),
        ("GOOGLE INC CLASS A", 0.5410, "spin_off_inferred"),
        ("PARENT CORP", 0, "spin_off_inferred"),
        ("INNOVENT BIOLOGICS INC", -1.0, None),
        ("TAISEI CORP", 1.1765, None),
    ],
)
def test_a_line_has_its_right_return(built, name, return_pct, flag):
    ((found_pct, _, found_flag),) = line(built, name)
    assert found_pct == pytest.approx(return_pct, abs=0.005)
    assert found_flag == flag


@pytest.mark.parametrize("name", ["GOOGLE INC CLASS C", "KIDCO INC"])
def test_a_line_that_was_spun_off_adds_nothing_of_its_own(built, name):
    assert line(built, name) == [(None, 0.0, "spin_off_inferred")]


def test_an_option_adds_the_change_of_its_market_value(built):
    con, day = built
    ((_, contribution_pct, flag),) = line(built, "OCT26 TLT US C @ 82")
    value_usd = con.execute(
        "select sum(market_value_usd) from raw.ishares__holdings where fund = 'IWM' and as_of_date < ?", [day]
    ).fetchall()[0][0]
    assert flag == "derivative"
    assert contribution_pct == pytest.approx(-5_545_521 / value_usd * 100, abs=1e-9)


def test_a_sector_that_nets_to_nothing_has_no_return_of_thousands_of_percent(built):
    con, day = built
    allocation_pct, selection_pct = con.execute(
        "select allocation_pct, selection_pct from marts.fct_brinson_daily where fund = 'IWM' and session_date = ?"
        " and sector = 'Cash and/or Derivatives'",
        [day],
    ).fetchall()[0]
    assert allocation_pct == pytest.approx(0, abs=0.02)
    # the futures of the benchmark gained 16 x 56 points x 50 USD of 0.9 billion, and the option of the fund lost
    ((_, option_pct, _),) = line(built, "OCT26 TLT US C @ 82")
    assert selection_pct - option_pct == pytest.approx(-0.005, abs=0.002)


def test_every_effect_and_return_is_finite(built):
    con, _ = built
    worst = con.execute("select max(abs(return_pct)), max(abs(benchmark_return_pct)) from marts.fct_brinson_daily")
    assert all(value < 100 for value in worst.fetchall()[0])


def test_the_sessions_of_the_fund_are_two_consecutive_ones(built):
    con, day = built
    assert con.execute("select max(session_date) from marts.fct_holding_contribution_daily").fetchall() == [(day,)]
    assert day > date(2025, 1, 2)
