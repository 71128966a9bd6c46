"""A fund that is added, run, and removed from the registry again."""

import duckdb

from tests.support.homes import macrotape

SINCE = ("--since", "2025-03-03")  # a year of windows and a few sessions to attribute
ROW = "IWB,iShares Russell 1000 ETF,239707,2000-05-15,equity,IVV,true,false,news,false,,0.15\n"


def rows(home, query):
    with duckdb.connect(str(home / "current" / "macrotape.duckdb"), read_only=True) as con:
        return con.execute(query).fetchall()


def test_a_removed_fund_keeps_its_history_and_fails_no_check(tmp_path):
    project, home = tmp_path / "project", tmp_path / "home"
    assert macrotape(home, "init", str(project)).returncode == 0
    funds = project / "dbt_project" / "seeds" / "funds.csv"
    registry = funds.read_text()
    settings = {"MACROTAPE_PROJECT": str(project), "MACROTAPE_NOW": "2026-06-30T13:00:00Z"}

    funds.write_text(registry + ROW)
    added = macrotape(home, "run", "--fund", "IWM", "--fund", "IWB", *SINCE, **settings)
    assert added.returncode in (0, 3), added.stderr
    published = "select count(*), max(session_date) from marts.fct_attribution_revisions where fund = 'IWB'"
    ((count, last),) = rows(home, published)
    assert count > 0

    funds.write_text(registry)
    removed = macrotape(home, "run", "--fund", "IWM", *SINCE, **settings | {"MACROTAPE_NOW": "2026-07-01T13:00:00Z"})
    assert removed.returncode in (0, 3), removed.stderr
    assert removed.stderr.count("IWB was removed from funds.csv: its history is kept, nothing new is added") == 1
    assert rows(home, published) == [(count, last)]
    assert rows(home, "select is_retired, is_attributed from marts.dim_fund where fund = 'IWB'") == [(True, False)]
    assert rows(home, "select count(*) from marts.fct_attribution_summary_daily where fund = 'IWB'") == [(0,)]
