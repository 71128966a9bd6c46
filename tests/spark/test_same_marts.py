"""One lake, three builds: the whole project on DuckDB, on Spark and through Spark Connect gives the same marts.

Installing Spark takes 1.2 GB and a build on it minutes, so it is asked for: `make test-spark`. Observations are the
real ones since June 2023, for which Spark plans the same queries as for eighteen years, or since the day that
MACROTAPE_TEST_SPARK_SINCE names. The simulated market, which has what those lack (holdings of consecutive sessions),
is compared as it is published: test_published_from_spark.py.
"""

import os
import subprocess
import sys
import time
from datetime import date

import pytest

from ingest.settings import Settings
from ingest.storage.lake import append_new_landings
from ingest.storage.warehouse import settings_for_existing
from tests.spark.compared import differences
from tests.spark.grains import grains_of
from tests.spark.server import connect_server
from tests.support.dbt import dbt
from tests.support.homes import PROJECT, macrotape, mirror, recent
from tests.support.layers import needs_java, opt_in

pytestmark = [opt_in("MACROTAPE_TEST_SPARK", "make test-spark"), needs_java]
SINCE = date.fromisoformat(os.environ.get("MACROTAPE_TEST_SPARK_SINCE", "2023-06-01"))


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """The raw tables as landing writes them into a lake."""
    folder = tmp_path_factory.mktemp("real")
    with mirror("--today", "2025-12-31", "--lag", "0", data=recent(folder / "observations", SINCE)) as url:
        run = macrotape(folder / "home", "run", "--sources", url)
    assert run.returncode == 0, run.stdout + run.stderr
    settings = settings_for_existing(
        Settings(home=folder / "home", sources="live", lake=tmp_path_factory.mktemp("lake"))
    )
    assert append_new_landings(settings)
    return settings.lake


@pytest.fixture(scope="module")
def on_duckdb(lake, tmp_path_factory):
    """A warehouse that holds nothing but what dbt made of the lake, and the grain of every mart."""
    folder = tmp_path_factory.mktemp("duckdb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MACROTAPE_LAKE", str(lake))
        done = dbt(folder / "warehouse.duckdb", "build")
    assert done.returncode == 0, done.stdout
    return folder / "warehouse.duckdb", grains_of(folder / "dbt" / "manifest.json")


def environment(folder, **more):
    places = {
        "MACROTAPE_SPARK_WAREHOUSE": str(folder / "warehouse"),
        "MACROTAPE_SPARK_METASTORE": f"jdbc:derby:;databaseName={folder}/metastore;create=true",
        "MACROTAPE_SPARK_MASTER": "local[2]",
    }
    return {**os.environ, **places, "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(PROJECT), **more}


def build(target, folder, **more):
    """The marts as Spark made them, a folder each."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.spark.build", target, str(folder)],
        env=environment(folder, **more),
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return f"{folder}/marts/{{mart}}/*.parquet"


def test_spark_makes_the_marts_duckdb_makes(on_duckdb, lake, tmp_path, record_property):
    warehouse, grains = on_duckdb
    begun = time.monotonic()
    marts = build("spark", tmp_path, MACROTAPE_LAKE=str(lake))
    record_property("counted", f"dbt build on Spark: {time.monotonic() - begun:.0f} s, {len(grains)} marts compared")
    assert differences(warehouse, marts, grains) == []


def test_so_does_spark_connect(on_duckdb, lake, tmp_path, record_property):
    warehouse, grains = on_duckdb
    begun = time.monotonic()
    with connect_server(tmp_path) as address:
        marts = build("connect", tmp_path, MACROTAPE_LAKE=str(lake), MACROTAPE_SPARK_REMOTE=address)
    record_property("counted", f"dbt build by Spark Connect: {time.monotonic() - begun:.0f} s")
    assert differences(warehouse, marts, grains) == []
