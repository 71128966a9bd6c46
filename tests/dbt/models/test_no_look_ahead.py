"""What is published of a session rests on nothing that happened later."""

import shutil

import duckdb
import pytest

from tests.support.dbt import dbt

VALUES = {
    "ishares__nav": ("observation_date", ["nav_usd"]),
    "treasury__par_yields": ("observation_date", ["yield_pct"]),
    "fred__observations": ("observation_date", ["value"]),
    "cboe__vix": ("observation_date", ["close"]),
    "yahoo__bars": ("observation_date", ["close_usd"]),
}
FACTS = {
    "fct_driver_attribution_daily": "session_date",
    "fct_driver_component_daily": "session_date",
    "fct_attribution_summary_daily": "session_date",
    "fct_relative_attribution_daily": "session_date",
    "fct_driver_beta_daily": "session_date",
    "fct_attribution_period": "period_end",
    "fct_rates_regime_daily": "session_date",
    "fct_oil_daily": "session_date",
    "fct_brief_daily": "session_date",
    "fct_scenario": "session_date",
}


@pytest.fixture(scope="module")
def before_and_after(longest_home, tmp_path_factory):
    """Connections to the marts as built, and as built from observations that are others from some session on."""
    folder = tmp_path_factory.mktemp("look_ahead")
    spoiled = folder / "warehouse.duckdb"
    shutil.copy(longest_home / "warehouse.duckdb", spoiled)
    with duckdb.connect(str(spoiled)) as con:
        day = con.execute(
            "select session_date from marts.dim_session"
            " where session_date <= (select max(session_date) from marts.fct_brief_daily)"
            " order by 1 desc limit 1 offset 12"
        ).fetchall()[0][0]
        for table, (date_column, columns) in VALUES.items():
            for column in columns:
                con.execute(
                    # less than what would be put aside as a defect: the rows stay, their values are others
                    f"update raw.{table} set {column} = {column} * (1.01 + 0.003 * sin(rowid))"
                    f" where {date_column} >= ?",
                    [day],
                )
    built = dbt(spoiled, "run")
    assert built.returncode == 0, built.stdout
    with duckdb.connect() as con:
        con.execute(f"attach '{longest_home / 'warehouse.duckdb'}' as honest (read_only)")
        con.execute(f"attach '{spoiled}' as spoiled (read_only)")
        yield con, day


def rows_of(con, side, fact):
    """A query for a mart, its numbers to six decimals: changed rows leave the windows, and the sums of a window are
    then added in another order.
    """
    columns = con.execute(
        "select column_name, data_type from duckdb_columns() where database_name = ? and table_name = ?", [side, fact]
    ).fetchall()
    listed = ", ".join(f"round({name}, 6) as {name}" if kind == "DOUBLE" else name for name, kind in columns)
    return f"select {listed} from {side}.marts.{fact}"


@pytest.mark.parametrize("fact", FACTS)
def test_changing_the_future_changes_nothing_before_it(before_and_after, fact):
    con, day = before_and_after
    where = f"where {FACTS[fact]} < date '{day}'"
    assert con.execute(f"select count(*) from honest.marts.{fact} {where}").fetchall()[0][0] > 0
    for a, b in (("honest", "spoiled"), ("spoiled", "honest")):
        changed = con.execute(
            f"{rows_of(con, a, fact)} {where} except {rows_of(con, b, fact)} {where} limit 3"
        ).fetchall()
        assert changed == []


def test_the_sensitivities_used_on_the_day_do_not_know_the_day(before_and_after):
    con, day = before_and_after
    betas = [
        con.execute(
            f"{rows_of(con, side, 'fct_driver_beta_daily')} where session_date = ? order by all", [day]
        ).fetchall()
        for side in ("honest", "spoiled")
    ]
    assert betas[0]
    assert betas[0] == betas[1]


def test_the_change_was_seen_from_its_day_on(before_and_after):
    con, day = before_and_after
    same = con.execute(
        "select count(*) from honest.marts.fct_driver_attribution_daily as a"
        " join spoiled.marts.fct_driver_attribution_daily as b using (fund, session_date, model, driver)"
        " where session_date >= ? and abs(a.contribution_pct - b.contribution_pct) < 1e-12 and driver = 'specific'"
        " and fund <> 'IVV'",
        [day],
    ).fetchall()[0][0]
    assert same == 0
