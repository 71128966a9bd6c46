"""The headline names the largest part of a return, the fund-specific one included."""

import duckdb
import pytest


@pytest.fixture(scope="module")
def days(any_home):
    """Every attributed session of every model, with its fund-specific part and the largest of the five parts."""
    with duckdb.connect(str(any_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        return con.execute(
            "select s.fund, s.session_date, s.model, s.headline, s.return_pct, s.specific_pct, s.specific_z,"
            " s.day_class,"
            " arg_max(d.driver, abs(d.contribution_pct)) as largest,"
            " any_value(d.rounded_contribution_pct) filter (driver = 'specific') as rounded_pct"
            " from marts.fct_attribution_summary_daily s join marts.fct_driver_attribution_daily d"
            " using (fund, session_date, model) group by all"
        ).df()


def test_a_fund_specific_part_that_is_the_largest_and_goes_with_the_return_is_named(days):
    chosen = days[(days.largest == "specific") & (days.specific_pct * days.return_pct > 0)]
    assert len(chosen) > 500
    for row in chosen.itertuples():
        assert f"{row.rounded_pct + 0.0:+.2f} pp fund-specific" in row.headline


def test_it_has_its_standard_errors_and_whether_they_are_usual(days):
    chosen = days[(days.largest == "specific") & days.specific_z.notna()]
    for row in chosen.itertuples():
        usual = "within the usual" if abs(row.specific_z) < 2 else "outside the usual"
        assert f"pp fund-specific, {abs(row.specific_z):.1f} standard errors, {usual}" in row.headline, row.headline


def test_no_day_with_a_large_fund_specific_part_is_called_quiet(days):
    large = (days.specific_z.abs() >= 1) & (days.specific_pct.abs() >= 0.5 * days.return_pct.abs())
    small_return = days[large & (days.day_class == "quiet")]
    assert len(small_return) > 100
    assert not small_return.headline.str.contains("quiet").any()
    assert days[~large & (days.day_class == "quiet")].headline.str.contains("on a quiet day").mean() > 0.9


def test_a_large_fund_specific_part_of_a_small_return_is_said_in_the_brief(any_home):
    with duckdb.connect(str(any_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        large, said, quiet = con.execute(
            "select count(*), count(*) filter (contains(markdown, 'Day: small return, large fund-specific part')),"
            " count(*) filter (regexp_matches(markdown, 'quiet'))"
            " from marts.fct_attribution_summary_daily s"
            " join marts.dim_fund f on f.fund = s.fund and model = default_model"
            " join marts.fct_brief_daily b on b.fund = s.fund and b.session_date = s.session_date"
            " where day_class = 'quiet' and is_specific_large"
        ).fetchall()[0]
    assert large == said > 50
    assert quiet == 0
