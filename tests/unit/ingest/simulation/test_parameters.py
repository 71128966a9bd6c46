"""The planted truth can be found again in what is served, and every planted event is there."""

import itertools
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import statsmodels.api as sm

from ingest.registry.seeds import Catalog
from ingest.simulation.parameters import PARAMETERS
from tests.support.simulated_market import Market

ORDER = ("oil", "d10", "dslope", "market", "credit")
LATER = PARAMETERS.stuck_until + timedelta(days=1)


@pytest.fixture(scope="module")
def market():
    return Market()


@pytest.fixture(scope="module")
def drivers(market):
    """The drivers of every session, from published documents; the late NAV is waited for."""
    later = Market(LATER)
    uso = {day: close for day, (close, _) in later.bars("USO").items()}
    yields = later.curve()
    broad, high_yield, treasuries = (later.total_return(fund) for fund in ("IVV", "HYG", "IEF"))
    sessions = list(uso)
    out, last = {}, sessions[0]
    for before, day in itertools.pairwise(sessions):
        d10 = d2 = 0.0
        if day in yields:
            d10, d2 = ((yields[day][t] - yields[last][t]) * 100 for t in ("10 Yr", "2 Yr"))
            last = day
        credit = high_yield[day] - PARAMETERS.credit_hedge * treasuries[day]
        out[day] = (1.0, (uso[day] / uso[before] - 1) * 100, d10, d10 - d2, broad[day], credit)
    return out


@pytest.mark.parametrize("regime", ["before", "after"])
@pytest.mark.parametrize("fund", ["IWM", "IJR", "IWN", "IWO", "LQD", "TLT", "IEF"])
def test_simulated_sensitivities_are_recovered_within_three_standard_errors(market, drivers, fund, regime):
    returns, is_after = market.total_return(fund), regime == "after"
    days = [
        day
        for day in drivers
        if (day >= PARAMETERS.flip_session) == is_after
        and (fund, day) != (PARAMETERS.specific_fund, PARAMETERS.specific_session)
    ]
    fit = sm.OLS([returns[d] for d in days], np.array([drivers[d] for d in days])).fit()
    planted = PARAMETERS.funds[fund]
    if is_after:
        planted = replace(planted, d10=planted.d10_after)
    expected = [planted.alpha, *(getattr(planted, name) for name in ORDER)]
    assert np.abs((fit.params - expected) / fit.bse).max() < 3
    assert fit.mse_resid**0.5 == pytest.approx(planted.eps_sd_pct, rel=0.12)


def test_the_broad_market_fund_is_the_market(market, drivers):
    returns = market.total_return("IVV")
    assert all(returns[day] == values[4] for day, values in drivers.items())


def test_each_regime_holds_whole_estimation_windows(drivers):
    days = list(drivers)
    assert sum(day < PARAMETERS.flip_session for day in days) >= 260
    assert sum(day >= PARAMETERS.flip_session for day in days) >= 300


def test_drivers_have_realistic_size_and_are_not_collinear(drivers):
    values = np.array(list(drivers.values()))[:, 1:]
    assert values.std(axis=0) == pytest.approx([2.0, 6.0, 3.0, 1.0, 0.3], rel=0.15)
    assert np.linalg.inv(np.corrcoef(values.T)).diagonal().max() < 3


def test_yields_and_market_go_opposite_ways_on_a_fair_part_of_the_sessions(drivers):
    assert 0.3 < np.mean([v[2] * v[4] < 0 for v in drivers.values()]) < 0.6


def test_one_fund_has_a_day_of_its_own(market, drivers):
    planted, day = PARAMETERS.funds[PARAMETERS.specific_fund], PARAMETERS.specific_session
    names = (planted.alpha, planted.oil, planted.d10_after, planted.dslope, planted.market, planted.credit)
    specific = market.total_return(PARAMETERS.specific_fund)[day] - float(np.dot(names, drivers[day]))
    assert specific == pytest.approx(PARAMETERS.specific_eps_pct, abs=1e-4)


def test_the_last_session_has_its_story(drivers):
    *_, (day, (_, _, d10, dslope, broad, _)) = drivers.items()
    assert day == PARAMETERS.last_session
    assert (d10, d10 - dslope) == pytest.approx((PARAMETERS.story_d10_bp, PARAMETERS.story_d2_bp))
    assert broad == pytest.approx(PARAMETERS.story_market_pct, abs=1e-5)


def test_bond_holidays_have_no_curve_while_new_york_trades(market):
    curve, sessions = market.curve(), market.bars("USO")
    assert set(PARAMETERS.bond_holidays) == set(sessions) - set(curve)
    assert set(PARAMETERS.bond_only_days) == set(curve) - set(sessions)


def test_spot_oil_falls_below_zero_once_while_the_fund_trades_an_ordinary_day(market, drivers):
    spot = market.fred(PARAMETERS.negative_spot_series)
    assert [day for day, price in spot.items() if price <= 10] == [PARAMETERS.negative_spot_session]
    assert spot[PARAMETERS.negative_spot_session] == PARAMETERS.negative_spot_usd
    assert abs(drivers[PARAMETERS.negative_spot_session][1]) < 5


def test_the_late_net_asset_value_is_missing_while_its_market_close_is_out(market):
    assert (
        max(market.nav(PARAMETERS.late_nav_fund))
        < PARAMETERS.late_nav_session
        == max(market.bars(PARAMETERS.late_nav_fund))
    )
    others = [f.fund for f in Catalog.load().funds if f.fund != PARAMETERS.late_nav_fund]
    assert {max(market.nav(fund)) for fund in others} == {PARAMETERS.last_session}
    assert max(Market(PARAMETERS.late_nav_published).nav(PARAMETERS.late_nav_fund)) == PARAMETERS.late_nav_session


def test_a_stuck_context_series_stays_behind_until_it_recovers(market):
    assert max(market.fred(PARAMETERS.stuck_fred_id)) == PARAMETERS.stuck_last_date
    assert max(Market(LATER).fred(PARAMETERS.stuck_fred_id)) == PARAMETERS.last_session


def test_fred_agrees_with_the_curve_and_breakeven_is_the_difference(market):
    curve, ten, two = market.curve(), market.fred("DGS10"), market.fred("DGS2")
    assert ten == {day: curve[day]["10 Yr"] for day in ten}
    assert two == {day: curve[day]["2 Yr"] for day in two}
    real, breakeven = market.fred("DFII10"), market.fred("T10YIE")
    assert breakeven == {day: pytest.approx(ten[day] - real[day], abs=1e-9) for day in real}


@pytest.mark.parametrize(
    ("symbol", "fund", "tolerance_pct"), [("IWM", "IWM", 0.1), ("HYG", "HYG", 0.3), ("SPY", "IVV", 0.1)]
)
def test_market_closes_follow_the_net_asset_value(market, symbol, fund, tolerance_pct):
    nav, bars = market.total_return(fund), list(market.bars(symbol).items())
    for (_, (before, _)), (day, (close, paid)) in itertools.pairwise(bars):
        if day in nav:
            assert ((close + paid) / before - 1) * 100 == pytest.approx(nav[day], abs=tolerance_pct)
