"""Contributions and standard errors of the marts against statsmodels, from the raw tables up."""

import duckdb
import numpy as np

from tests.support.independent import attribute, regression_table

SESSIONS = 200
# both sides lose a few digits to the conditioning of the windows; 1e-8 points are a ten-thousandth of what is shown
TOLERANCE = 1e-8


def test_random_sessions_of_all_models_agree(any_home):
    release = any_home / "current" / "macrotape.duckdb"
    with duckdb.connect(str(release), read_only=True) as con:
        days = con.execute(
            "select fund, session_date, model from marts.fct_attribution_summary_daily"
            " where status = 'final' and not is_accumulated and fund <> 'IVV' order by all"
        ).df()
        published = con.execute("select * from marts.fct_driver_attribution_daily").df()
    published = published.set_index(["fund", "session_date", "model", "driver"])
    chosen = days[["fund", "session_date"]].drop_duplicates().sample(SESSIONS, random_state=np.random.default_rng(7))
    tables = {fund: regression_table(any_home / "warehouse.duckdb", fund) for fund in chosen.fund.unique()}
    worst = 0.0
    for fund, session in chosen.itertuples(index=False):
        for model in ("news", "ordered", "joint", "bond"):
            expected = attribute(tables[fund], session, model)
            got = published.loc[(fund, session, model)]
            for driver in got.index:
                worst = max(worst, abs(got.contribution_pct[driver] - expected.contribution[driver]))
                worst = max(worst, abs(got.contribution_se_pct[driver] - expected.error[driver]))
    assert worst < TOLERANCE


def test_the_five_contributions_add_up_to_the_return_on_every_row(any_home):
    with duckdb.connect(str(any_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        rows, worst, fewest = con.execute(
            "select count(*), max(abs(total - return_pct)), min(n) from ("
            " select sum(contribution_pct) as total, count(*) as n, any_value(s.return_pct) as return_pct"
            " from marts.fct_driver_attribution_daily d join marts.fct_attribution_summary_daily s"
            " using (fund, session_date, model) group by fund, session_date, model)"
        ).fetchall()[0]
    assert rows > 5000
    assert fewest == 5
    assert worst < 1e-9
