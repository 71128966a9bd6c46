"""A data folder written by version 0.1 keeps its history under this version.

The fixture is the schema of such a warehouse with the rows that only a run can have written: source checks, the
release it opened, the numbers it published and the record of its last build. The simulated observations are the same.
"""

import json
from pathlib import Path

import duckdb
import pytest

from tests.support.homes import macrotape

FIXTURE = Path(__file__).parents[1] / "fixtures" / "warehouse_0_1"
OLD_RELEASE = "20260102T140000Z-0001"
HOLDER = '{"pid": 1, "run_id": "killed-by-0-1", "since": "18:45:02"}'


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("older") / "home"
    home.mkdir()
    (home / ".run.lock").write_text(HOLDER)
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        con.execute((FIXTURE / "schema.sql").read_text())
        for path in FIXTURE.glob("*.csv"):
            con.execute(f"insert into {path.stem} select * from read_csv('{path}', header = true, all_varchar = true)")
    run = macrotape(home, "run", "--fund", "IWM", "--since", "2024-10-01")
    assert run.returncode == 0, run.stdout + run.stderr
    return home


def query(home, sql):
    with duckdb.connect(str(home / "current" / "macrotape.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_outcomes_stored_by_the_older_version_are_read(home):
    stored = query(
        home, "select outcome, count(*) from marts.fct_source_health where checked_at < '2026-02-01' group by 1"
    )
    assert dict(stored) == {"landed": 25, "nothing_yet": 4}


def test_numbers_it_published_stay_the_first_version_and_are_not_restated(home):
    versions = query(
        home,
        f"""
        select count(*), count(distinct session_date), max(version)
        from marts.fct_attribution_revisions
        where release_id = '{OLD_RELEASE}' and reason = 'first_published'
        """,
    )
    assert versions == [(25, 5, 1)]
    statuses = query(
        home,
        """
        select distinct status from marts.fct_attribution_summary_daily
        where fund = 'IWM' and model = 'news' and session_date between '2025-12-24' and '2025-12-31'
        """,
    )
    assert statuses == [("final",)]


def test_its_release_stays_listed(home):
    listed = query(home, "select release_id, macrotape_version from marts.dim_release order by 1 limit 1")
    assert listed == [(OLD_RELEASE, "0.1.0")]


def test_its_build_record_and_lock_are_replaced(home):
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        schemas = {row[0] for row in con.execute("select distinct schema_name from duckdb_tables()").fetchall()}
    assert "built" not in schemas
    assert "build_state" in schemas
    assert not (home / ".run.json").exists()


def test_it_can_be_diagnosed_and_read(home):
    assert macrotape(home, "doctor").returncode == 0
    brief = json.loads(macrotape(home, "brief", "--date", "2025-12-31", "--json").stdout)
    assert brief["status"] == "final"
