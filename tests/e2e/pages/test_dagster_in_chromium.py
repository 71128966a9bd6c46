"""Dagster's pages driven as a person would: the brief, a check that objects, a backfill, the automation.

Takes two minutes and wants Chromium, so it is asked for: `make test-ui`. Pictures of what was seen are left in
the folder the last line names.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import duckdb
import pytest

from orchestration.reporting.brief.read import read_brief
from tests.support.homes import PROJECT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("MACROTAPE_TEST_UI" not in os.environ, reason="asked for by make test-ui"),
]
DATES_FIELD = "document.querySelector('[role=dialog] input[type=text], .bp5-dialog input[type=text]')"
NEW_DATES = [f"2026-05-0{day}" for day in range(4, 9)]


@pytest.fixture(scope="module")
def home(simulated_home, tmp_path_factory):
    """A copy of a data folder in which three net asset values were spoilt by hand."""
    copy = tmp_path_factory.mktemp("ui") / "home"
    shutil.copytree(simulated_home, copy, symlinks=True)
    with duckdb.connect(str(copy / "warehouse.duckdb")) as con:
        con.execute("update raw.ishares__nav set nav_usd = -5 where fund = 'IWM' and observation_date >= '2026-06-26'")
    return copy


@pytest.fixture(scope="module")
def server(home):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = str(Path(sys.executable).with_name("macrotape"))
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MACROTAPE_", "DAGSTER_"))}
    with (home.parent / "ui.log").open("w") as log:
        ui = subprocess.Popen(
            [program, "ui", "--port", str(port)], env={**environment, "MACROTAPE_HOME": str(home)}, cwd=PROJECT,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        yield f"http://127.0.0.1:{port}"
        os.killpg(ui.pid, signal.SIGTERM)
        ui.wait()
    assert "Traceback" not in (home.parent / "ui.log").read_text()


@pytest.fixture(scope="module")
def page(server, browser, home):
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{server}/server_info", timeout=5).close()
            break
        except OSError:
            signal.sigtimedwait([], 0.5)
    with browser.kept_open(f"{server}/asset-groups") as page:
        page.server = server
        page.seen = lambda name: page.photograph(home.parent / f"{name}.png")
        yield page
    print(f"pictures in {home.parent}")  # noqa: T201


def test_the_graph_leads_from_raw_tables_to_readers(page):
    for group in ("raw", "staging", "intermediate", "marts", "release", "readers"):
        page.says(group)
    page.seen("graph")


def test_the_brief_is_rendered_on_its_asset(page, home):
    brief = read_brief((home / "current").resolve() / "macrotape.duckdb", "IWM")
    page.go(f"{page.server}/assets/brief")
    page.says(brief.headline)
    page.click("button, a, [role=button], span, div", "[Show Markdown]")
    page.says("Range over orders")
    assert page.value("document.querySelector('[role=dialog] table, .bp5-dialog table') !== null")
    page.seen("brief")


def test_a_check_that_objects_says_what_where_and_what_to_do(page):
    page.go(f"{page.server}/assets/raw/ishares__nav?view=checks&checkDetail=nav_usd_accepted_range")
    page.says("No net asset value per share of these funds comes near these bounds")
    page.click("button", "Execute")
    page.says("3 rows violate: nav_usd is between 0.5 and 5000", 180)
    page.says("For example fund IWM, observation_date 2026-06-")
    page.seen("check")


def test_five_dates_of_holdings_are_backfilled(page):
    page.go(f"{page.server}/assets/raw/ishares__holdings?view=partitions")
    page.says("Missing (")
    page.click("button", "Materialize…")
    page.says("Launch backfill")
    page.until(f"(() => {{ const e = {DATES_FIELD}; e?.focus(); return Boolean(e); }})()")
    page.type(f"[{NEW_DATES[0]}...{NEW_DATES[-1]}]")
    page.press("Enter")
    page.says("5 partitions")
    assert "Error" not in page.value("document.body.innerText")
    page.seen("backfill-dialog")
    page.click("button", "Launch backfill")
    page.until(f"!{DATES_FIELD}", 60)
    page.go(f"{page.server}/runs?view=backfills")
    page.says("5 partitions")
    page.until("document.body.innerText.includes('Succeeded') || document.body.innerText.includes('Success')", 240)
    page.seen("backfill")


def test_schedules_and_the_sensor_are_there_to_be_switched_on(page):
    page.go(f"{page.server}/automation")
    for name in ("evening_provisional", "morning_final", "late_source_arrived"):
        page.says(name)
    page.seen("automation")
