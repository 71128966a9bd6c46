"""One lake, three builds: the whole project on DuckDB, on Spark and through Spark Connect gives the same marts.

Installing Spark takes 1.2 GB and a build on it minutes, so it is asked for: `make test-spark`. Observations are the
real ones since June 2023, for which Spark plans the same queries as for eighteen years, and the simulated market, which
has what those lack: holdings of consecutive sessions, and with them sectors, splits and Brinson's effects.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from ingest.lake import catch_up
from ingest.settings import Settings
from ingest.warehouse import as_held
from tests.spark.compared import differences
from tests.support.dbt import dbt
from tests.support.homes import PROJECT, macrotape, mirror, recent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("MACROTAPE_TEST_SPARK" not in os.environ, reason="asked for by make test-spark"),
    pytest.mark.skipif(find_spec("pyspark") is None, reason="the extra `spark` is not installed"),
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java 17, and there is none"),
]
SINCE = date(2023, 6, 1)


@pytest.fixture(scope="module")
def raw(request, tmp_path_factory):
    """A warehouse as landed."""
    if request.param == "simulated":
        return request.getfixturevalue("simulated_home") / "warehouse.duckdb"
    folder = tmp_path_factory.mktemp("real")
    with mirror("--today", "2025-12-31", "--lag", "0", data=recent(folder / "observations", SINCE)) as url:
        run = macrotape(folder / "home", "run", "--sources", url)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder / "home" / "warehouse.duckdb"


@pytest.fixture(scope="module")
def lake(raw, tmp_path_factory):
    """The raw tables as landing writes them into a lake."""
    settings = as_held(Settings(home=raw.parent, sources="live", lake=tmp_path_factory.mktemp("lake")))
    assert catch_up(settings)
    return settings.lake


@pytest.fixture(scope="module")
def on_duckdb(lake, tmp_path_factory):
    """A warehouse that holds nothing but what dbt made of the lake, and the grain of every mart."""
    folder = tmp_path_factory.mktemp("duckdb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MACROTAPE_LAKE", str(lake))
        done = dbt(folder / "warehouse.duckdb", "build")
    assert done.returncode == 0, done.stdout
    nodes = json.loads((folder / "dbt" / "manifest.json").read_text())["nodes"]
    tests = [
        n for n in nodes.values() if n.get("test_metadata", {}).get("name") == "unique_grain" and n["attached_node"]
    ]
    grains = {
        nodes[test["attached_node"]]["name"]: test["test_metadata"]["kwargs"]["columns"]
        for test in tests
        if nodes[test["attached_node"]]["schema"] == "marts"
    }
    return folder / "warehouse.duckdb", grains


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
    return folder / "marts"


@pytest.mark.parametrize("raw", ["real", "simulated"], indirect=True)
def test_spark_makes_the_marts_duckdb_makes(on_duckdb, lake, tmp_path, record_property):
    warehouse, grains = on_duckdb
    begun = time.monotonic()
    marts = build("spark", tmp_path, MACROTAPE_LAKE=str(lake))
    record_property("counted", f"dbt build on Spark: {time.monotonic() - begun:.0f} s, {len(grains)} marts compared")
    assert differences(warehouse, marts, grains) == []


@pytest.mark.parametrize("raw", ["real"], indirect=True)
def test_so_does_spark_connect(on_duckdb, lake, tmp_path, record_property):
    warehouse, grains = on_duckdb
    begun = time.monotonic()
    with connect_server(tmp_path) as address:
        marts = build("connect", tmp_path, MACROTAPE_LAKE=str(lake), MACROTAPE_SPARK_REMOTE=address)
    record_property("counted", f"dbt build by Spark Connect: {time.monotonic() - begun:.0f} s")
    assert differences(warehouse, marts, grains) == []


@contextmanager
def connect_server(folder):
    """A Spark Connect server as pyspark brings it, with a warehouse of its own; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = Path(find_spec("pyspark").origin).parent
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.warehouse.dir": folder / "warehouse",
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={folder}/metastore;create=true",
        "spark.sql.ui.retainedExecutions": 1,
        "spark.ui.enabled": "false",
    }
    options = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [
                home / "sbin" / "start-connect-server.sh",
                "--wait",
                "--master",
                "local[2]",
                "--driver-memory",
                "4g",
                *options,
            ],
            env={**os.environ, "SPARK_HOME": str(home), "SPARK_LOG_DIR": str(folder), "SPARK_PID_DIR": str(folder)},
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_for(port, server, folder / "server.log")
        yield f"sc://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def wait_for(port, server, log, seconds=120):
    for _ in range(seconds):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None, log.read_text()[-3000:]
        time.sleep(1)
    raise AssertionError(f"no Spark Connect server after {seconds} s: {log.read_text()[-3000:]}")
