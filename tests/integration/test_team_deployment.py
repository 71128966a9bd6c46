"""One run as a team has it: queued in PostgreSQL, taken by the daemon, executed beside the code server."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from orchestration.publishing.release import read_release
from tests.support.layers import opt_in

pytestmark = opt_in("MACROTAPE_TEST_TEAM", "make test-team")
PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / "docs" / "deploy"
PASSWORD = "for this test alone"
PATIENCE_S = 600


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name):
    return str(Path(sys.executable).with_name(name))


@contextmanager
def postgres(folder):
    """A server of its own on loopback, as the user postgres where this one is root; gives its port."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("this machine has no PostgreSQL")
    bin_folder, port, data = found[-1].parent, free_port(), folder / "data"
    folder.mkdir()
    (folder / "password").write_text(PASSWORD)
    user = {}
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        user = {"user": account.pw_uid, "group": account.pw_gid}
        for path in (folder, folder / "password"):
            os.chown(path, account.pw_uid, account.pw_gid)
        for parent in folder.parents:
            if parent.stat().st_uid == os.geteuid() and parent != parent.parent:
                parent.chmod(parent.stat().st_mode | 0o011)
    initdb = [
        bin_folder / "initdb",
        "-D",
        data,
        "-U",
        "dagster",
        "-A",
        "scram-sha-256",
        "--pwfile",
        folder / "password",
    ]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, **user)
    settings = ["-c", "listen_addresses=127.0.0.1", "-p", str(port), "-k", str(folder), "-c", "fsync=off"]
    server = subprocess.Popen([bin_folder / "postgres", "-D", data, *settings], stderr=subprocess.DEVNULL, **user)
    try:
        until(
            lambda: (
                subprocess.run([bin_folder / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]).returncode == 0
            )
        )
        told = {**os.environ, "PGPASSWORD": PASSWORD}
        subprocess.run([bin_folder / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "dagster", "dagster"],
                       check=True, env=told)  # fmt: skip
        yield port
    finally:
        server.terminate()
        server.wait()


def until(is_done, patience_s=60):
    ends = time.monotonic() + patience_s
    while not is_done():
        assert time.monotonic() < ends, "it took too long"
        time.sleep(0.5)


@contextmanager
def running(folder, name, *arguments):
    with (folder / f"{Path(name).name}.log").open("w") as log:
        process = subprocess.Popen([program(name), *arguments], cwd=folder, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def test_a_queued_run_is_executed_beside_the_code_and_recorded_in_postgres(tmp_path, monkeypatch):
    dagster_home, home, port = tmp_path / "dagster", tmp_path / "home", free_port()
    dagster_home.mkdir()
    shutil.copy(DEPLOY / "dagster.yaml", dagster_home)
    workspace = (DEPLOY / "workspace.yaml").read_text().replace("4000", str(port))
    (dagster_home / "workspace.yaml").write_text(workspace)
    with ExitStack() as stack:
        for name, value in {
            "DAGSTER_HOME": dagster_home,
            "DAGSTER_PG_HOST": "127.0.0.1",
            "DAGSTER_PG_PORT": stack.enter_context(postgres(tmp_path / "postgres")),
            "DAGSTER_PG_DB": "dagster",
            "DAGSTER_PG_USERNAME": "dagster",
            "DAGSTER_PG_PASSWORD": PASSWORD,
            "DAGSTER_LOGS": tmp_path / "logs",
            "MACROTAPE_CODE_HOST": "127.0.0.1",
            "MACROTAPE_HOME": home,
            "MACROTAPE_LAKE": tmp_path / "lake",
        }.items():
            monkeypatch.setenv(name, str(value))
        code = ["api", "grpc", "--host", "127.0.0.1", "--port", str(port), "--module-name", "orchestration.definitions"]
        stack.enter_context(running(tmp_path, "dagster", *code, "--working-directory", str(PROJECT)))
        check = [program("dagster"), "api", "grpc-health-check", "--host", "127.0.0.1", "--port", str(port)]
        until(lambda: subprocess.run(check, capture_output=True).returncode == 0, 120)
        in_workspace = ["--workspace", str(dagster_home / "workspace.yaml")]
        stack.enter_context(running(tmp_path, "dagster-daemon", "run", *in_workspace))
        launch = [program("dagster"), "job", "launch", *in_workspace, "--job", "daily_attribution"]
        launched = subprocess.run(launch, capture_output=True, text=True, cwd=tmp_path)
        assert launched.returncode == 0, launched.stderr
        assert finished_in_postgres() == ["SUCCESS"]
    assert read_release(home / "current").manifest["sources_mode"] == "SIMULATED"
    assert not (dagster_home / "history").exists(), "nothing is recorded in files"


def finished_in_postgres():
    """States of all runs once none is under way, asked of the database itself."""
    import psycopg2

    with psycopg2.connect(
        host=os.environ["DAGSTER_PG_HOST"], port=os.environ["DAGSTER_PG_PORT"], dbname="dagster",
        user="dagster", password=PASSWORD,
    ) as con:  # fmt: skip
        con.autocommit = True

        def states():
            with con.cursor() as cursor:
                cursor.execute("select status from runs")
                return [status for (status,) in cursor.fetchall()]

        until(lambda: states() and set(states()) <= {"SUCCESS", "FAILURE", "CANCELED"}, PATIENCE_S)
        return states()
