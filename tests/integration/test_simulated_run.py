"""The graph end to end on the simulated market: published, repeatable, and never half."""

import re
import shutil

import dagster as dg
import pytest

from ingest.registry.raw_tables import TABLES
from orchestration.publishing.replay import ABOUT_THE_RUN
from tests.integration.conftest import Home
from tests.support.homes import PROJECT

ABOUT_ITSELF = {"macrotape__source_checks", "macrotape__releases"}


def raw_rows(home):
    return {t: home.warehouse(f"select count(*) from raw.{t}")[0][0] for t in TABLES if t not in ABOUT_ITSELF}


@pytest.fixture(scope="module")
def home(simulated_home, tmp_path_factory):
    """A data folder of this module's own, after one run."""
    path = tmp_path_factory.mktemp("runs") / "home"
    shutil.copytree(simulated_home, path, symlinks=True)
    return Home(path)


@pytest.fixture(scope="module")
def printed(simulated_home):
    """What the first run wrote to stdout and stderr."""
    return (simulated_home.parent / "stdout").read_text(), (simulated_home.parent / "stderr").read_text()


@pytest.fixture(scope="module")
def runs(home):
    """Release and raw rows after the first run and after a second."""
    first = (home.release, raw_rows(home))
    outcome = home.macrotape("run")
    assert outcome.returncode == 0, outcome.stderr
    return first, (home.release, raw_rows(home))


def test_the_first_run_publishes_a_complete_release(runs):
    release, _ = runs[0]
    files = {p.name for p in release.path.iterdir()}
    assert files == {"macrotape.duckdb", "parquet", "brief.html", "lineage.html", "manifest.json"}
    assert release.manifest["sources_mode"] == "SIMULATED"
    # nothing planted in the simulated market deserves to be put aside
    empty = {name for name, table in release.manifest["tables"].items() if not table["rows"]}
    assert empty == {"fct_quarantine"}
    assert {f"parquet/{name}.parquet" for name in release.manifest["tables"]} <= set(release.manifest["files"])


def test_stdout_is_the_brief_and_nothing_else(home, printed):
    stdout, _ = printed
    assert stdout.strip() == home.macrotape("brief").stdout.strip()
    assert "SIMULATED" in stdout


def test_progress_is_plain_lines_without_a_terminal(runs, printed):
    (release, _), (_, stderr) = runs[0], printed
    assert "\x1b" not in stderr
    assert not re.search(r"(DEBUG|Warning|Traceback)", stderr)
    assert release.release_id in stderr
    assert all(f"raw/{name} " in stderr for name in TABLES)


def test_a_second_run_lands_nothing_and_changes_no_mart(runs):
    (first, rows_before), (second, rows_after) = runs
    assert rows_after == rows_before
    assert second.release_id > first.release_id
    tables = {r.release_id: dict(r.manifest["tables"]) for r in (first, second)}
    before, after = ({n: t for n, t in tables[r.release_id].items() if n not in ABOUT_THE_RUN} for r in (first, second))
    assert after == before


def test_a_third_run_makes_only_what_says_something_of_the_run(home, runs):
    outcome = home.macrotape("run")
    assert outcome.returncode == 0, outcome.stderr
    models, unchanged = map(int, re.search(r"dbt +(\d+) assets, (\d+) of them unchanged", outcome.stderr).groups())
    assert models > 70
    assert 0 < models - unchanged < 10
    with dg.DagsterInstance.from_config(str(home.path / "dagster")) as instance:
        brief = instance.get_latest_materialization_event(dg.AssetKey(["marts", "fct_brief_daily"]))
        made = brief.asset_materialization.metadata
    assert made["unchanged"].value
    assert made["dagster/row_count"].value == home.release.manifest["tables"]["fct_brief_daily"]["rows"]
    assert "**From** (at most)" in (home.release.path / "lineage.html").read_text()


def test_a_published_release_is_marked_as_such(home, runs):
    published = home.warehouse("select distinct release_id from raw.macrotape__releases where is_published order by 1")
    assert {release.release_id for release, _ in runs} <= {row[0] for row in published}


def test_pages_contain_no_local_path_and_request_nothing(home, runs):
    release, _ = runs[1]
    for name in ("brief.html", "lineage.html", "manifest.json"):
        text = (release.path / name).read_text()
        assert str(home.path) not in text
        assert str(PROJECT) not in text
        assert "/dbt_project/" not in text
    lineage = (release.path / "lineage.html").read_text()
    assert "**From** (at most) `raw.treasury__par_yields` (yield_pct)" in lineage
    brief = (release.path / "brief.html").read_text()
    assert "default-src 'none'" in brief
    assert not re.search(r"""(src|href)\s*=\s*["']?\s*(http|//)|@import|url\(\s*["']?http""", brief)
    assert len(brief.encode()) < 1_500_000


def test_holdings_show_their_dates_as_partitions(home, runs):
    days = {str(d) for (d,) in home.warehouse("select distinct as_of_date from raw.ishares__holdings")}
    with dg.DagsterInstance.from_config(str(home.path / "dagster")) as instance:
        shown = instance.get_materialized_partitions(dg.AssetKey(["raw", "ishares__holdings"]))
    assert shown == days
    assert len(days) >= 30


def test_a_failing_check_publishes_nothing_and_the_last_release_stands(home, runs):
    standing = home.release.release_id
    # a published status that moved back, which no run may build upon
    for version, status in enumerate(("restated", "final"), start=1):
        home.warehouse(
            "insert into raw.macrotape__attributions by name (select * replace ("
            f" '{status}' as status, 'later-{version}' as release_id, landing_id + {version} as landing_id,"
            f" knowledge_ts + interval {version} minute as knowledge_ts)"
            " from raw.macrotape__attributions order by fund, session_date, model, driver limit 1)",
            write=True,
        )
    outcome = home.macrotape("run")
    assert outcome.returncode == 1
    assert outcome.stdout == ""
    check = "check assert_status_only_moves_forward of"
    assert re.search(rf"failed: dbt: 1 of \d+ dbt nodes failed, .*{check}", outcome.stderr), outcome.stderr
    assert "nothing was published; the last release is still served" in outcome.stderr
    assert home.release.release_id == standing
    assert [p.name for p in (home.path / "releases").iterdir() if p.name.startswith(".")] == []
