"""Bond funds are led by what moves bonds, and every text names the model behind its numbers."""

import re

import duckdb
import pytest

# one session in twenty may be led by something else: a day on which credit or the fund itself moved more
LED_BY_RATES, LED_BY_RATES_OR_CREDIT = 0.95, 0.90
LARGE_MOVE_BP = 5


@pytest.fixture(scope="module")
def con(real_home):
    with duckdb.connect(str(real_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        yield con


def shares_led(con, fund):
    """Sessions with a large move of the 10-year, and the share led by rates, and by rates or credit."""
    return con.execute(
        "select count(*), avg(case when lead_driver = 'rates' then 1 else 0 end),"
        " avg(case when lead_driver in ('rates', 'credit') then 1 else 0 end)"
        " from marts.fct_attribution_summary_daily as s join marts.fct_driver_component_daily as c"
        " using (fund, session_date, model)"
        " where fund = ? and model = 'bond' and component = 'd10' and abs(move) >= ? - 1e-9",
        [fund, LARGE_MOVE_BP],
    ).fetchall()[0]


def test_long_treasuries_are_led_by_rates(con):
    sessions, rates, _ = shares_led(con, "TLT")
    assert sessions > 1000
    assert rates >= LED_BY_RATES


def test_corporate_bonds_are_led_by_rates_or_credit(con):
    sessions, _, rates_or_credit = shares_led(con, "LQD")
    assert sessions > 1000
    assert rates_or_credit >= LED_BY_RATES_OR_CREDIT


def test_the_brief_of_a_bond_fund_names_its_model_and_lists_drivers_in_its_order(any_home):
    with duckdb.connect(str(any_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        briefs = con.execute(
            "select b.markdown from marts.fct_brief_daily as b join marts.dim_fund as f on b.fund = f.fund"
            " where f.asset_class = 'fixed_income' and contains(b.markdown, '| Total |')"
        ).fetchall()
    assert len(briefs) > 500
    for (markdown,) in briefs:
        drivers = re.findall(r"^\| (Rates|Credit|Risk appetite|Oil|Fund-specific) \|", markdown, re.MULTILINE)
        assert drivers == ["Rates", "Credit", "Risk appetite", "Oil", "Fund-specific"]
        assert "- Table: model bond (rates, credit, risk appetite, oil);" in markdown
        assert "model bond 1." in markdown
