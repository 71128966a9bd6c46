"""Unexpected move times sequential beta is the contribution, and both agree with statsmodels (Frisch-Waugh-Lovell)."""

import duckdb
import numpy as np
import pytest
import statsmodels.api as sm

from tests.support.independent import BLOCKS, WINDOW, orthogonal, regression_table

SESSIONS = 60
# both sides keep about 10 digits on the windows seen; moves reach 60 bp and betas 2, and four decimals are shown
TOLERANCE = 1e-8


@pytest.fixture(scope="module")
def con(any_home):
    with duckdb.connect(str(any_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        yield con


def test_the_product_is_the_contribution_on_every_row(con):
    rows, worst, without = con.execute(
        "select count(*), max(abs(unexpected_move * sequential_beta - contribution_pct)),"
        " count(*) filter (unexpected_move * sequential_beta is null and move is not null)"
        " from marts.fct_driver_component_daily"
    ).fetchall()[0]
    assert rows > 50_000
    assert worst < 1e-9
    assert without == 0


def test_joint_multiplies_the_whole_move(con):
    assert con.execute(
        "select count(*) filter (unexpected_move is distinct from move or sequential_beta is distinct from beta)"
        " from marts.fct_driver_component_daily where model = 'joint'"
    ).fetchall() == [(0,)]


def test_random_sessions_agree_with_regressions_on_residuals(any_home, con):
    published = con.execute(
        "select fund, session_date, model, component, unexpected_move, sequential_beta"
        " from marts.fct_driver_component_daily"
    ).df()
    published = published.set_index(["fund", "session_date", "model", "component"]).sort_index()
    days = con.execute(
        "select distinct fund, session_date from marts.fct_attribution_summary_daily"
        " where status = 'final' and not is_accumulated and fund <> 'IVV' order by all"
    ).df()
    chosen = days.sample(SESSIONS, random_state=np.random.default_rng(11))
    tables = {fund: regression_table(any_home / "warehouse.duckdb", fund) for fund in chosen.fund.unique()}
    models = [model for model in BLOCKS if model != "joint"]
    worst = {"unexpected_move": 0.0, "sequential_beta": 0.0}
    for fund, session in chosen.itertuples(index=False):
        table = tables[fund]
        window = table[(table.index < session) & table.eligible].tail(WINDOW)
        for model in models:
            columns = [c for members in BLOCKS[model].values() for c in members]
            residuals, unexpected = orthogonal(window[columns], table.loc[session, columns])
            for k, column in enumerate(columns):
                beta = sm.OLS(window.y.to_numpy(), sm.add_constant(residuals[:, k])).fit().params[1]
                row = published.loc[(fund, session, model, column)]
                worst["unexpected_move"] = max(worst["unexpected_move"], abs(row.unexpected_move - unexpected[k]))
                worst["sequential_beta"] = max(worst["sequential_beta"], abs(row.sequential_beta - beta))
    assert max(worst.values()) < TOLERANCE, worst
