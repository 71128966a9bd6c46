"""The views for those who query without reading first: obvious sums are right, and everything says what it is."""

import duckdb
import pytest


@pytest.fixture
def con(any_home):
    with duckdb.connect(str(any_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        yield con


def test_contributions_summed_without_a_filter_are_the_returns(con):
    rows = con.execute(
        "select max(abs(total_pct - return_pct)), count(*) from (select fund, session_date, sum(contribution_pct)"
        " as total_pct from attribution_long group by all) join attribution using (fund, session_date)"
    ).fetchall()
    ((gap_pct, sessions),) = rows
    assert gap_pct < 1e-9  # sums of five doubles of a few points
    assert sessions > 1000


def test_the_columns_of_drivers_are_the_rows_of_drivers(con):
    drivers = [row[0] for row in con.execute("select driver from marts.dim_driver order by position").fetchall()]
    for driver in drivers:
        wide, long = (
            con.execute(query).fetchall()[0][0]
            for query in (
                f"select sum({driver}_pct) from attribution",
                f"select sum(contribution_pct) from attribution_long where driver = '{driver}'",
            )
        )
        assert wide == pytest.approx(long, abs=1e-9)


def test_every_session_of_a_fund_is_there_once_also_without_numbers(con):
    wide, days = con.execute(
        "select (select count(*) from attribution), (select count(*) from marts.fct_attribution_summary_daily"
        " join marts.dim_fund using (fund) where model = default_model)"
    ).fetchall()[0]
    assert wide == days


def test_every_table_and_column_has_its_description(con):
    undescribed = con.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts' and comment is null union all"
        " select table_name || '.' || column_name from duckdb_columns() where schema_name = 'marts' and comment is null"
    ).fetchall()
    assert undescribed == []


def test_the_views_work_in_a_release_that_is_attached(any_home):
    with duckdb.connect() as con:
        con.execute(f"attach '{any_home / 'current' / 'macrotape.duckdb'}' as published (read_only)")
        assert con.execute("select count(*) > 0 from published.attribution").fetchall() == [(True,)]
