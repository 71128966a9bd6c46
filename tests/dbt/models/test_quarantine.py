# ruff: noqa: E501 - statements of SQL
"""Defects planted in a warehouse are put aside with their reason; a real crash is not."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime

import duckdb
import pytest

from ingest.http.client import Transport
from ingest.pipeline.raw_table import collect_table
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.sources.base import Plan
from ingest.storage.archive import Archive
from tests.support.dbt import dbt
from tests.support.homes import mirror


@pytest.fixture(scope="module")
def planted(simulated_home, tmp_path_factory):
    """A simulated warehouse with the defects issuers were seen to publish, and one crash that is real."""
    path = tmp_path_factory.mktemp("quarantine") / "warehouse.duckdb"
    shutil.copy(simulated_home / "warehouse.duckdb", path)
    with duckdb.connect(str(path)) as con:
        days = [
            d for (d,) in con.execute("select distinct session_date from raw.xnys__sessions order by 1 desc").fetchall()
        ]
        off, crash, phantom = days[100:104], days[60], days[40]
        nav = "update raw.ishares__nav set {} where fund = '{}' and observation_date {}"
        con.execute(nav.format("nav_usd = nav_usd * 1.12", "IWM", f"between '{off[-1]}' and '{off[0]}'"))
        con.execute(nav.format("nav_usd = nav_usd * 1.12", "IJR", f"= '{off[0]}'"))
        con.execute(nav.format("nav_usd = nav_usd * 0.86", "IWM", f">= '{crash}'"))
        con.execute(
            f"update raw.yahoo__bars set close_usd = close_usd * 0.867 where symbol = 'IWM' and observation_date >= '{crash}'"
        )
        con.execute(nav.format("ex_dividend_usd = 1.5", "IWM", f"= '{phantom}'"))
        special, regular = days[150], con.execute(
            "select max(observation_date) from raw.ishares__nav where fund = 'HYG' and ex_dividend_usd > 0"
            " and observation_date < ?", [days[60]]
        ).fetchall()[0][0]  # fmt: skip
        paid = "update raw.yahoo__bars set dividend_usd = {} where symbol = '{}' and observation_date = '{}'"
        con.execute(nav.format("ex_dividend_usd = 12.28", "IWM", f"= '{special}'"))
        con.execute(paid.format(12.3, "IWM", special))
        con.execute(paid.format("null", "HYG", regular))
        con.execute(
            "insert into raw.ishares__nav (fund, observation_date, nav_usd, knowledge_ts, landing_id)"
            " select 'IWM', date '2026-05-31', 200, timestamp '2026-06-30', 0"
        )
    built = dbt(path, "build", "--exclude-resource-type", "unit_test", "--indirect-selection", "buildable",
                "--select", "+fct_quarantine", "+fct_cross_check",
                "+fct_attribution_summary_daily", "+warn_nothing_new_in_quarantine")  # fmt: skip
    assert built.returncode == 0, built.stdout
    with duckdb.connect(str(path), read_only=True) as con:
        yield con, off, crash, phantom, special, regular


def found(con, reason):
    query = "select series, observation_date, field from marts.fct_quarantine where reason = ? order by all"
    return con.execute(query, [reason]).fetchall()


def test_a_value_far_from_its_own_close_is_quarantined_and_replaced_by_it(planted):
    con, off, *_ = planted
    assert found(con, "off_the_market") == [("nav:IWM", d, "level") for d in sorted(off)]
    rows = con.execute(
        "select return_pct, close_return_pct, status from marts.fct_attribution_summary_daily"
        " where fund = 'IWM' and model = 'news' and session_date between ? and ? order by session_date",
        [off[-1], off[0]],
    ).fetchall()
    assert len(rows) == 4
    for returned, close, status in rows:
        assert returned == close
        assert abs(returned) < 6
        assert status != "final"


def test_a_transient_spike_is_quarantined_without_a_close(planted):
    con, off, *_ = planted
    assert found(con, "out_and_back") == [("nav:IJR", off[0], "level")]


def test_a_value_of_a_day_without_a_session_is_listed(planted):
    con = planted[0]
    assert [(s, str(d)) for s, d, _ in found(con, "not_a_session")] == [("nav:IWM", "2026-05-31")]


def test_a_phantom_distribution_is_quarantined_and_the_value_stays(planted):
    con, _, _, phantom, *_ = planted
    assert found(con, "phantom_distribution") == [("nav:IWM", phantom, "distribution")]
    level = "select distribution from intermediate.int_series_observations where series = 'nav:IWM' and observation_date = ?"
    assert con.execute(level, [phantom]).fetchall() == [(None,)]


@pytest.mark.parametrize(("fund", "position"), [("IWM", 4), ("HYG", 5)])
def test_a_distribution_two_publishers_state_or_with_a_rhythm_is_believed(planted, fund, position):
    con, day = planted[0], planted[position]
    kept = "select distribution from intermediate.int_series_observations where series = ? and observation_date = ?"
    ((distribution,),) = con.execute(kept, [f"nav:{fund}", day]).fetchall()
    assert distribution > 0


def test_a_real_crash_is_a_return_like_any_other(planted):
    con, _, crash, *_ = planted
    row = con.execute(
        "select return_pct from marts.fct_attribution_summary_daily"
        " where fund = 'IWM' and model = 'news' and session_date = ?",
        [crash],
    ).fetchall()
    assert row[0][0] < -11


def test_everything_quarantined_is_still_in_raw(planted):
    con = planted[0]
    lost = con.execute(
        "select count(*) from marts.fct_quarantine as q anti join raw.ishares__nav as n"
        " on q.series = 'nav:' || n.fund and q.observation_date = n.observation_date"
    ).fetchall()
    assert lost == [(0,)]


def test_on_real_observations_only_the_known_defects_are_quarantined(real_home):
    with duckdb.connect(str(real_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        rows = con.execute(
            "select series, cast(observation_date as varchar), reason from marts.fct_quarantine"
        ).fetchall()
    known = ("2010-05-31", "2013-06-30", "2024-03-29", "2024-03-31")
    assert sorted(rows) == [("nav:IWM", day, "not_a_session") for day in known]


@pytest.mark.real_data
def test_the_years_before_2007_hold_what_is_known_to_be_wrong_in_them_and_no_more(tmp_path):
    """Out of sample: the level of the rule was chosen on the years after. 2000-12-27 repeats the value of 2000-12-22."""
    with mirror("--today", "2006-12-29", "--lag", "0") as url:
        settings = Settings(home=tmp_path, sources=url, pretend_now=datetime(2006, 12, 30, 15, tzinfo=UTC))
        catalog, archive = Catalog.load(), Archive(settings.folder.archive)
        plan = replace(Plan.of(settings, catalog, funds=["IWM"], since=date(2000, 6, 1)), until=date(2006, 12, 29))
        transport = Transport(settings, catalog)
        for table in ("ishares__nav", "yahoo__bars", "xnys__sessions"):
            collect_table(table, plan, settings=settings, catalog=catalog, transport=transport, archive=archive)
    kinds = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    built = dbt(settings.folder.warehouse, "build", "--select", "+fct_quarantine", *kinds, "--quiet")
    assert built.returncode == 0, built.stdout
    with duckdb.connect(str(settings.folder.warehouse), read_only=True) as con:
        query = "select series, cast(observation_date as varchar), reason from marts.fct_quarantine"
        found = con.execute(f"{query} order by all").fetchall()
    wrong = ["2000-12-27", "2001-07-05", "2001-07-06", "2001-07-09", "2001-07-10"]
    wrong += ["2002-01-02", "2002-01-03", "2002-01-04", "2002-01-07", "2004-08-12"]
    assert found == [("nav:IWM", day, "off_the_market") for day in wrong]
