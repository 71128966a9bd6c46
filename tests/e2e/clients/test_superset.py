"""Superset on a release, by its API: connect, reflect, SQL, a chart, and a new release under it.

Installing Superset takes minutes and 760 MB, so it is asked for: `make test-superset`.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import duckdb
import pytest

from tests.e2e.clients.installed import alone
from tests.support.layers import opt_in

pytestmark = opt_in("MACROTAPE_TEST_SUPERSET", "make test-superset")
# Superset stays on SQLAlchemy 1.4 and does not name the marshmallow it needs
REQUIREMENTS = ("apache-superset==5.0.0", "duckdb-engine==0.17.0", "duckdb==1.5.6", "marshmallow<4")
CONFIG = """
SECRET_KEY = "only for this test, on this machine"
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
"""
USER = {"username": "reader", "password": "reader"}
RELEASE = "select release_id from marts.dim_release where is_this_release"


class Api:
    def __init__(self, port):
        self._base, self._headers = f"http://127.0.0.1:{port}/api/v1", {"Content-Type": "application/json"}

    def log_in(self):
        token = self("/security/login", {**USER, "provider": "db"})["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"

    def __call__(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._base}{path}", data, self._headers)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def superset(tmp_path_factory):
    with alone("superset") as (folder, is_new):
        python = folder / "bin" / "python"
        if is_new:
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            subprocess.run([str(python), "-m", "pip", "install", "-q", "--prefer-binary", *REQUIREMENTS], check=True)
            (folder / "done").touch()
    home = tmp_path_factory.mktemp("superset")
    (home / "config.py").write_text(CONFIG.format(folder=home))
    environment = {**os.environ, "SUPERSET_CONFIG_PATH": str(home / "config.py"), "FLASK_APP": "superset"}
    environment.pop("PYTHONPATH", None)
    program = str(folder / "bin" / "superset")
    who = ["--username", USER["username"], "--password", USER["password"], "--email", "reader@example.org"]
    for step in (
        ["db", "upgrade"],
        ["fab", "create-admin", *who, "--firstname", "A", "--lastname", "Reader"],
        ["init"],
    ):
        subprocess.run([program, *step], env=environment, cwd=home, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (home / "log").open("w") as log:
        server = subprocess.Popen([program, "run", "-p", str(port)], env=environment, cwd=home, stdout=log, stderr=log)
    api = Api(port)
    for _ in range(60):
        try:
            api.log_in()
            break
        except OSError:
            time.sleep(1)
    yield api
    server.kill()
    server.wait()


@pytest.fixture(scope="module")
def current(simulated_home, tmp_path_factory):
    """A link to the release, which a test may move."""
    link = tmp_path_factory.mktemp("released") / "current"
    link.symlink_to((simulated_home / "current").resolve())
    return link


@pytest.fixture(scope="module")
def database(superset, current):
    read_only = {"engine_params": {"connect_args": {"read_only": True}}}
    address = f"duckdb:///{current}/macrotape.duckdb"
    body = {"database_name": "macrotape", "sqlalchemy_uri": address, "expose_in_sqllab": True}
    return superset("/database/", {**body, "extra": json.dumps(read_only)})["id"]


def ask(superset, database, query, name):
    return superset("/sqllab/execute/", {"database_id": database, "sql": query, "client_id": name})["data"]


def test_every_mart_is_listed_and_a_dataset_has_its_date(superset, database, current):
    with duckdb.connect(str(current / "macrotape.duckdb"), read_only=True) as con:
        marts = {
            t for (t,) in con.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        }
    listed = superset(f"/database/{database}/tables/?q=(schema_name:marts)")["result"]
    assert {table["value"] for table in listed} == marts
    made = superset(
        "/dataset/", {"database": database, "schema": "marts", "table_name": "fct_attribution_summary_daily"}
    )
    columns = superset(f"/dataset/{made['id']}")["result"]["columns"]
    assert {c["column_name"] for c in columns if c["is_dttm"]} >= {"session_date"}
    chart = {
        "datasource": {"id": made["id"], "type": "table"},
        "queries": [
            {
                "columns": ["day_class"],
                "metrics": [{"expressionType": "SQL", "sqlExpression": "count(*)", "label": "sessions"}],
                "filters": [{"col": "fund", "op": "==", "val": "IWM"}, {"col": "model", "op": "==", "val": "news"}],
                "granularity": "session_date",
                "time_range": "2026-01-01 : 2026-07-01",
            }
        ],
        "result_format": "json",
        "result_type": "full",
    }
    drawn = superset("/chart/data", chart)["result"][0]["data"]
    with duckdb.connect(str(current / "macrotape.duckdb"), read_only=True) as con:
        expected = con.execute(
            "select day_class, count(*) from marts.fct_attribution_summary_daily where fund = 'IWM' and model = 'news'"
            " and session_date >= '2026-01-01' group by all"
        ).fetchall()
    assert {(row["day_class"], row["sessions"]) for row in drawn} == set(expected)


def test_the_next_query_sees_a_new_release(superset, database, current, tmp_path):
    before = ask(superset, database, RELEASE, "before")
    target = tmp_path / "macrotape.duckdb"
    target.write_bytes((current / "macrotape.duckdb").read_bytes())
    with duckdb.connect(str(target)) as con:
        con.execute("update marts.dim_release set release_id = 'a-newer-one' where is_this_release")
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "link").replace(current)
    assert before != ask(superset, database, RELEASE, "after") == [{"release_id": "a-newer-one"}]
