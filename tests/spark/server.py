"""A Spark Connect server of a test's own."""

import os
import signal
import subprocess
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.support.ports import free_port, wait_for


@contextmanager
def connect_server(folder):
    """A Spark Connect server as pyspark brings it, with a warehouse of its own; gives its address."""
    port = free_port()
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
        wait_for(port, server)
        yield f"sc://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
