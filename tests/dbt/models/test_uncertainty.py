"""Newey-West errors, the range over orders and scenarios of the marts, against statsmodels and brute force."""

from itertools import permutations

import duckdb
import numpy as np
import pytest
import statsmodels.api as sm

from tests.support.independent import BLOCKS, WINDOW, attribute_in_order, orthogonal, regression_table

HAC = {"cov_type": "HAC", "cov_kwds": {"maxlags": 5, "use_correction": True}}
FUNDS = ("IWM", "TLT")


@pytest.fixture(scope="module")
def release(any_home):
    with duckdb.connect(str(any_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def tables(any_home):
    return {fund: regression_table(any_home / "warehouse.duckdb", fund) for fund in FUNDS}


def final_sessions(con, fund, latest):
    """Sessions of the latest ones whose every input came from its first source."""
    rows = con.execute(
        "select session_date from (select session_date, status from marts.fct_attribution_summary_daily"
        " where fund = ? and model = 'news' order by session_date desc limit ?) where status = 'final' order by 1 desc",
        [fund, latest],
    ).df()
    return list(rows.session_date)


@pytest.mark.parametrize("fund", FUNDS)
@pytest.mark.parametrize("model", ["news", "ordered", "joint", "bond"])
def test_newey_west_errors_equal_statsmodels(release, tables, fund, model):
    session = final_sessions(release, fund, 20)[0]
    published = dict(
        release.execute(
            "select driver, contribution_se_hac_pct from marts.fct_driver_attribution_daily"
            " where fund = ? and model = ? and session_date = ? and driver <> 'specific'",
            [fund, model, session],
        ).fetchall()
    )
    table = tables[fund]
    window = table[(table.index < session) & table.eligible].tail(WINDOW)
    columns = [c for members in BLOCKS[model].values() for c in members]
    today = table.loc[session, columns].astype(float)
    design, values = window[columns].to_numpy(), list(today)
    if model != "joint":
        design, values = orthogonal(window[columns], today)
    fitted = sm.OLS(window.y.to_numpy(), sm.add_constant(design)).fit(**HAC)
    for driver, members in BLOCKS[model].items():
        contrast = [0.0] + [v if c in members else 0.0 for c, v in zip(columns, values, strict=True)]
        assert published[driver] == pytest.approx(fitted.t_test(contrast).sd.item(), abs=1e-9)


@pytest.mark.parametrize("fund", FUNDS)
@pytest.mark.parametrize("model", ["news", "ordered", "bond"])
def test_range_and_mean_over_orders_equal_trying_them_all(release, tables, fund, model):
    for session in final_sessions(release, fund, 260)[::60]:
        tried = {driver: [] for driver in BLOCKS[model]}
        for order in permutations(BLOCKS[model]):
            for driver, points in attribute_in_order(
                tables[fund], session, {d: BLOCKS[model][d] for d in order}
            ).items():
                tried[driver].append(points)
        rows = release.execute(
            "select driver, order_min_pct, order_max_pct, order_mean_pct from marts.fct_driver_attribution_daily"
            " where fund = ? and model = ? and session_date = ? and driver <> 'specific'",
            [fund, model, session],
        ).fetchall()
        assert len(rows) == 4
        for driver, low, high, mean in rows:
            expected = [min(tried[driver]), max(tried[driver]), np.mean(tried[driver])]
            assert [low, high, mean] == pytest.approx(expected, abs=1e-9)


def test_at_least_260_sessions_have_a_range_over_orders(release):
    ranged = release.execute(
        "select fund, model, count(distinct session_date) from marts.fct_driver_attribution_daily"
        " where order_mean_pct is not null group by all"
    ).fetchall()
    assert len(ranged) == 20  # six funds in three sequential models, the broad market in two
    assert all(n == 260 for _, _, n in ranged)


VIEWS = {
    "all_else_equal": (["oil", "d10", "dslope", "market", "credit"], "d10", "dslope"),
    "average": (["d10", "dslope"], "d10", "dslope"),
    "rate_news": (["d10_news", "dslope_news", "d10_growth", "dslope_growth"], "d10_news", "dslope_news"),
    "growth_news": (["d10_news", "dslope_news", "d10_growth", "dslope_growth"], "d10_growth", "dslope_growth"),
}
SHOCKS = {"ust_10y_down_25bp": (-25.0, 0.0), "ust_2y_down_25bp_10y_down_10bp": (-10.0, 15.0)}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("scenario", SHOCKS)
def test_yield_scenarios_equal_statsmodels(release, tables, view, scenario):
    session = final_sessions(release, "IWM", 20)[0]
    table = tables["IWM"]
    window = table[(table.index < session) & table.eligible].tail(WINDOW)
    columns, level, slope = VIEWS[view]
    fitted = sm.OLS(window.y, sm.add_constant(window[columns])).fit(**HAC)
    shock = dict(zip((level, slope), SHOCKS[scenario], strict=True))
    expected = fitted.t_test([0.0] + [shock.get(c, 0.0) for c in columns])
    got = release.execute(
        "select impact_pct, impact_se_pct from marts.fct_scenario where fund = ? and session_date = ?"
        ' and scenario = ? and "view" = ?',
        ["IWM", session, scenario, view],
    ).fetchall()
    assert got == [pytest.approx((expected.effect.item(), expected.sd.item()), abs=1e-9)]


def test_scenarios_without_branches_have_two_views(release):
    views = release.execute(
        'select driver, string_agg(distinct "view", \' \' order by "view") from marts.fct_scenario group by driver'
    ).fetchall()
    assert dict(views) == {
        "rates": "all_else_equal average growth_news rate_news",
        "oil": "all_else_equal average",
        "credit": "all_else_equal average",
        "risk_appetite": "all_else_equal average",
    }
