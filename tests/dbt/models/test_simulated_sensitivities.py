"""The simulated market's sensitivities are recovered, before and after the one that changes sign."""

import duckdb
import pytest

from ingest.simulation.parameters import PARAMETERS

FUNDS = ("IWM", "IJR", "IWN", "IWO", "LQD", "TLT")
COMPONENTS = ("oil", "d10", "dslope", "market", "credit")


@pytest.fixture(scope="module")
def con(simulated_home):
    with duckdb.connect(str(simulated_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        yield con


def estimates(con, fund, session):
    rows = con.execute(
        "select component, beta, beta_se, n_obs from marts.fct_driver_beta_daily where fund = ? and session_date = ?",
        [fund, session],
    ).fetchall()
    assert {row[0] for row in rows} == set(COMPONENTS)
    assert all(row[3] == 252 for row in rows)
    return {component: (beta, se) for component, beta, se, _ in rows}


def last_session_before(con, day):
    return con.execute("select max(session_date) from marts.dim_session where session_date < ?", [day]).fetchall()[0][0]


@pytest.mark.parametrize("fund", FUNDS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_simulated_sensitivities_are_recovered_within_three_standard_errors(con, fund, when):
    session = last_session_before(con, PARAMETERS.flip_session) if when == "before" else PARAMETERS.last_session
    planted = PARAMETERS.funds[fund]
    found = estimates(con, fund, session)
    for component in COMPONENTS:
        true = PARAMETERS.d10_beta(fund, session) if component == "d10" else getattr(planted, component)
        beta, se = found[component]
        assert abs(beta - true) <= 3 * se, f"{component}: {beta:.4f} ({se:.4f}) against {true}"


@pytest.mark.parametrize("fund", ["IWM", "IJR", "IWN", "IWO"])
def test_the_change_of_sign_is_seen(con, fund):
    before = estimates(con, fund, last_session_before(con, PARAMETERS.flip_session))["d10"]
    after = estimates(con, fund, PARAMETERS.last_session)["d10"]
    assert before[0] < -2 * before[1]
    assert after[0] > 2 * after[1]


def test_branches_of_the_news_model_share_the_planted_sensitivity(con):
    rows = con.execute(
        "select component, beta, beta_se from marts.fct_driver_component_daily"
        " where fund = 'IWM' and model = 'news' and session_date = ? and component like 'd10%'",
        [PARAMETERS.last_session],
    ).fetchall()
    assert len(rows) == 2
    for component, beta, se in rows:
        assert abs(beta - PARAMETERS.d10_beta("IWM", PARAMETERS.last_session)) <= 3 * se, component


def test_the_funds_own_day_is_called_its_own(con):
    day_class, specific, z = con.execute(
        "select day_class, specific_pct, specific_z from marts.fct_attribution_summary_daily"
        " where fund = ? and session_date = ? and model = 'news'",
        [PARAMETERS.specific_fund, PARAMETERS.specific_session],
    ).fetchall()[0]
    assert day_class == "etf_specific"
    # its planted size plus what the estimated sensitivities leave: half a point is five of their errors
    assert specific == pytest.approx(PARAMETERS.specific_eps_pct, abs=0.5)
    assert z > 4


def test_a_bond_holiday_leaves_rates_out_and_says_so(con):
    holiday = PARAMETERS.bond_holidays[-1]
    status, missing = con.execute(
        "select status, drivers_missing from marts.fct_attribution_summary_daily"
        " where fund = 'IWM' and session_date = ? and model = 'news'",
        [holiday],
    ).fetchall()[0]
    rates = con.execute(
        "select contribution_pct from marts.fct_driver_attribution_daily"
        " where fund = 'IWM' and session_date = ? and model = 'news' and driver = 'rates'",
        [holiday],
    ).fetchall()[0][0]
    assert (status, missing, rates) == ("final_partial", "rates", 0.0)


def test_a_late_net_asset_value_makes_the_day_provisional_and_names_the_stand_in(con):
    status, fallbacks = con.execute(
        "select status, fallbacks from marts.fct_attribution_summary_daily"
        " where fund = 'IWM' and session_date = ? and model = 'news'",
        [PARAMETERS.late_nav_session],
    ).fetchall()[0]
    assert status == "provisional"
    assert "credit from market closes in place of NAV" in fallbacks


def test_a_negative_oil_price_is_shown_and_never_becomes_a_return(con):
    wti, gap, proxy = con.execute(
        "select wti_usd, spot_proxy_gap_pct, oil_proxy_return_pct from marts.fct_oil_daily where session_date = ?",
        [PARAMETERS.negative_spot_session],
    ).fetchall()[0]
    assert wti == PARAMETERS.negative_spot_usd
    assert gap is None
    assert abs(proxy) < 15


def test_everything_says_simulated(con, simulated_home):
    headlines, said = con.execute(
        "select count(*), count(*) filter (headline like 'SIMULATED%' and markdown like '%SIMULATED market%')"
        " from marts.fct_brief_daily"
    ).fetchall()[0]
    assert headlines == said > 1000
    assert con.execute("select distinct sources_mode from marts.dim_release").fetchall() == [("SIMULATED",)]
    assert '"sources_mode": "SIMULATED"' in (simulated_home / "current" / "manifest.json").read_text()
    assert "SIMULATED" in (simulated_home / "current" / "brief.html").read_text()
