"""Linked periods and relative attribution against the daily rows they are made of."""

import duckdb
import numpy as np
import pytest


def test_periods_add_up_and_cover_what_they_say(any_home):
    with duckdb.connect(str(any_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        worst = con.execute(
            "select max(abs(total - period_return_pct)) from (select sum(contribution_pct) as total,"
            " any_value(period_return_pct) as period_return_pct from marts.fct_attribution_period"
            " group by fund, period, period_end, model)"
        ).fetchall()[0][0]
        assert worst < 1e-9
        # year to date of the last session, linked once more from the daily rows in another way: by pandas
        days = con.execute(
            "select session_date, driver, contribution_pct, sum(contribution_pct) over (partition by session_date) as r"
            " from marts.fct_driver_attribution_daily where fund = 'IWM' and model = 'news'"
        ).df()
        period = con.execute(
            "select driver, period_start, period_end, contribution_pct, n_sessions, is_complete"
            " from marts.fct_attribution_period where fund = 'IWM' and model = 'news' and period = 'YTD'"
            " and period_end = (select max(period_end) from marts.fct_attribution_period)"
        ).df()
    assert period.is_complete.all()
    inside = days[days.session_date.between(period.period_start[0], period.period_end[0])]
    assert inside.session_date.nunique() == period.n_sessions[0]
    r = inside.r / 100
    total = np.expm1(np.log1p(r[inside.driver == "oil"]).sum())
    k = np.where(r == 0, 1, np.log1p(r) / r.where(r != 0, 1)) / (np.log1p(total) / total)
    expected = (inside.contribution_pct * k).groupby(inside.driver).sum()
    got = period.set_index("driver").contribution_pct
    assert got.sort_index().to_numpy() == pytest.approx(expected.sort_index().to_numpy(), abs=1e-9)


def test_relative_attribution_is_the_difference_of_two(any_home):
    """Block by block, where both funds rest on the same window; and the total is the active return."""
    with duckdb.connect(str(any_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        rows, worst, worst_total = con.execute(
            "select count(*), max(abs(r.contribution_pct - (f.contribution_pct - b.contribution_pct))),"
            " max(abs(r.active_return_pct - (fs.return_pct - bs.return_pct)))"
            " from marts.fct_relative_attribution_daily r"
            " join marts.fct_driver_attribution_daily f using (fund, session_date, model, driver)"
            " join marts.fct_driver_attribution_daily b on b.fund = r.benchmark and b.session_date = r.session_date"
            "  and b.model = r.model and b.driver = r.driver"
            " join marts.fct_attribution_summary_daily fs on fs.fund = r.fund and fs.session_date = r.session_date"
            "  and fs.model = r.model"
            " join marts.fct_attribution_summary_daily bs on bs.fund = r.benchmark and bs.session_date = r.session_date"
            "  and bs.model = r.model"
            " where fs.n_obs = 252 and bs.n_obs = 252 and r.model <> 'news'"
            # a disputed value of one of the two leaves the windows of that fund alone
            " and not exists (from marts.fct_confirmation_daily c"
            "  where c.series in ('nav:' || r.fund, 'nav:' || r.benchmark)"
            "  and c.series_verdict in ('disputed', 'rejected')"
            "  and c.session_date between r.session_date - 400 and r.session_date)"
        ).fetchall()[0]
    assert rows > 10_000
    assert worst < 1e-9
    assert worst_total < 1e-12
