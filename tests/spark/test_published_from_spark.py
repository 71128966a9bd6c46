"""`macrotape run` with nothing changed but DBT_TARGET and MACROTAPE_LAKE: readers get the same release.

By Spark in the same process, and by a server that is told of, which finds the lake under the same path.
"""

import json
import re
from contextlib import ExitStack

import duckdb
import pytest

from orchestration.publishing.marts import open_read_only
from orchestration.publishing.release import read_release
from tests.spark.compared import differences
from tests.spark.grains import grains_of
from tests.spark.server import connect_server
from tests.support.homes import PROJECT, macrotape
from tests.support.layers import needs_java, opt_in

pytestmark = [opt_in("MACROTAPE_TEST_SPARK", "make test-spark"), needs_java]
COLUMNS = "select table_name, column_name, data_type from duckdb_columns() where database_name = 'release' order by all"
QUERIES = re.findall(r"```sql\n(.*?)```", (PROJECT / "docs" / "queries.md").read_text(), re.DOTALL)


@pytest.fixture(scope="module", params=["spark", "connect"])
def on_spark(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(f"on-{request.param}")
    told = {"DBT_TARGET": request.param, "MACROTAPE_LAKE": str(folder / "lake")}
    with ExitStack() as stack:
        if request.param == "connect":
            told["MACROTAPE_SPARK_REMOTE"] = stack.enter_context(connect_server(folder))
        else:
            told["MACROTAPE_SPARK_MASTER"] = "local[2]"
        run = macrotape(folder / "home", "run", timeout=3600, **told)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder / "home"


def test_every_cell_is_that_of_duckdb(on_spark, simulated_home):
    grains = grains_of(simulated_home / "dbt" / "manifest.json")
    files = f"{read_release(on_spark / 'current').path}/parquet/{{mart}}.parquet"
    assert len(grains) > 20
    assert differences(simulated_home / "warehouse.duckdb", files, grains) == []


def test_tables_columns_types_and_rows_are_those_of_duckdb(on_spark, simulated_home):
    ours, theirs = read_release(simulated_home / "current"), read_release(on_spark / "current")
    assert theirs.manifest["engine"] in ("spark", "connect")
    assert {"pyspark", "dbt-spark"} <= set(theirs.manifest["versions"])
    rows = [{name: t["rows"] for name, t in release.manifest["tables"].items()} for release in (ours, theirs)]
    assert rows[0] == rows[1]
    found = []
    for release in (ours, theirs):
        with open_read_only(release.database) as con:
            found.append(con.execute(COLUMNS).fetchall())
    assert found[0] == found[1]


def test_the_marts_lie_in_spark_and_not_in_the_warehouse(on_spark):
    with duckdb.connect(str(on_spark / "warehouse.duckdb"), read_only=True) as con:
        schemas = {name for (name,) in con.execute("select schema_name from duckdb_tables()").fetchall()}
    assert schemas == {"raw", "build_state"}


@pytest.mark.parametrize(
    "command", [("brief", "IWM"), ("brief", "TLT"), ("explain", "IWM", "--from", "2026-06-01", "--to", "2026-06-30")]
)
def test_a_reader_cannot_tell_who_built_it(on_spark, simulated_home, command):
    ours, theirs = (macrotape(home, *command) for home in (simulated_home, on_spark))
    assert ours.returncode == 0
    assert theirs.stdout == ours.stdout


def test_the_worked_queries_run(on_spark):
    with duckdb.connect(str(read_release(on_spark / "current").database), read_only=True) as con:
        assert all(con.execute(query).fetchall() for query in QUERIES)


def test_pages_are_there_and_nothing_is_left_behind(on_spark):
    release = read_release(on_spark / "current")
    assert {"brief.html", "lineage.html"} <= set(release.manifest["files"])
    assert "fred__observations" in (release.path / "lineage.html").read_text()
    assert not list(on_spark.glob(".collecting-*"))
    assert not (on_spark.parent / "lake" / "_collecting").exists()
    assert json.loads((on_spark.parent / "lake" / "_mark.json").read_text())["kind"] == "simulated"
