"""Facts of the real record, read from the marts by SQL."""

from datetime import date

import duckdb
import pytest


@pytest.fixture(scope="module")
def con(real_home):
    with duckdb.connect(str(real_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        yield con


def one(con, sql, *values):
    rows = con.execute(sql, list(values)).fetchall()
    assert len(rows) == 1
    return rows[0][0]


@pytest.mark.parametrize(
    ("session", "close_return_pct"),
    [(date(2020, 3, 12), -11.05), (date(2025, 4, 9), 8.50), (date(2020, 3, 16), -13.267)],
)
def test_close_returns_of_iwm(con, session, close_return_pct):
    got = one(
        con,
        "select close_return_pct from marts.fct_attribution_summary_daily"
        " where fund = 'IWM' and model = 'news' and session_date = ?",
        session,
    )
    assert got == pytest.approx(close_return_pct, abs=0.006)


def test_net_asset_value_and_close_differ_and_both_are_kept(con):
    sql = (
        "select return_pct from marts.fct_attribution_summary_daily"
        " where fund = 'IWM' and model = 'news' and session_date = date '2020-03-16'"
    )
    assert one(con, sql) == pytest.approx(-14.203, abs=0.001)


@pytest.mark.parametrize(
    ("column", "session", "value"),
    [
        ("ust_10y_pct", date(2020, 3, 9), 0.54),
        ("vix_index", date(2020, 3, 16), 82.69),
        ("hy_oas_pct", date(2020, 3, 16), 8.38),
    ],
)
def test_levels(con, column, session, value):
    assert one(con, f"select {column} from marts.fct_rates_regime_daily where session_date = ?", session) == value


def test_highest_credit_spread(con):
    assert one(con, "select max(hy_oas_pct) from marts.fct_rates_regime_daily") == 21.82


def test_spot_oil_below_zero_makes_no_contribution(con):
    wti = one(con, "select wti_usd from marts.fct_oil_daily where session_date = date '2020-04-20'")
    used = con.execute(
        "select distinct source_series from marts.fct_driver_component_daily"
        " where component = 'oil' and session_date = date '2020-04-20'"
    ).fetchall()
    assert wti == -36.98
    assert used == [("close:USO",)]


@pytest.mark.parametrize("fund", ["IWM", "IJR", "IWN", "IWO", "IVV"])
def test_every_session_from_mid_2008_is_attributed(con, fund):
    models = ("ordered", "joint") if fund == "IVV" else ("news", "ordered", "joint")
    for model in models:
        missing = con.execute(
            "select session_date from marts.dim_session where session_date between '2008-07-01' and '2025-12-31'"
            " except select session_date from marts.fct_attribution_summary_daily"
            " where fund = ? and model = ? and explained_pct is not null",
            [fund, model],
        ).fetchall()
        assert missing == []


def test_the_rates_beta_changes_sign_between_2022_and_2024(con):
    """Published by year: 2022 +0.016, 2023 -0.030, 2024 -0.048 %/bp, yields alone; the path crosses zero."""
    low, high = con.execute(
        "select min(beta), max(beta) from marts.fct_driver_beta_daily where fund = 'IWM' and component = 'd10'"
        " and session_date between '2022-01-01' and '2024-12-31'"
    ).fetchall()[0]
    assert low < 0 < high


def test_specific_z_is_about_standard(con):
    for fund in ("IWM", "IJR", "IWN", "IWO"):
        spread = one(
            con,
            "select stddev(specific_z) from marts.fct_attribution_summary_daily"
            " where fund = ? and model = 'news' and session_date >= '2008-07-01'",
            fund,
        )
        assert 0.95 <= spread <= 1.15


def test_no_mart_holds_a_nan_or_an_infinity(con):
    columns = con.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type = 'DOUBLE'"
    ).fetchall()
    assert len(columns) > 50
    for table, column in columns:
        assert one(con, f'select count(*) from marts.{table} where isnan("{column}") or isinf("{column}")') == 0
