"""Dagster's pages driven as a person would: the brief, a failed check, a backfill, the automation.

Takes two minutes and wants Chromium, so it is asked for: `make test-ui`. It prints the names of the
pictures it leaves.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import expect

from orchestration.reporting.brief.read import read_brief
from tests.e2e.pages.browser import opened
from tests.support.homes import PROJECT
from tests.support.layers import opt_in

pytestmark = opt_in("MACROTAPE_TEST_UI", "make test-ui")
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
def page(server, chromium):
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{server}/server_info", timeout=5).close()
            break
        except OSError:
            signal.sigtimedwait([], 0.5)
    with opened(chromium, server, base_url=server) as page:
        page.set_default_timeout(60_000)
        yield page


@pytest.fixture
def saved(page, home):
    """Saves a picture of what is seen, and names the file."""

    def save(name):
        page.screenshot(path=home.parent / f"{name}.png")
        print(home.parent / f"{name}.png")  # noqa: T201

    return save


def shows(page, text, seconds=60):
    """Wait until a text is on the page."""
    expect(page.locator("body")).to_contain_text(text, timeout=1000 * seconds, use_inner_text=True)


def test_the_graph_leads_from_raw_tables_to_readers(page, saved):
    page.goto("/asset-groups")
    for group in ("raw", "staging", "intermediate", "marts", "release", "readers"):
        shows(page, group)
    saved("graph")


def test_the_brief_is_rendered_on_its_asset(page, home, saved):
    brief = read_brief((home / "current").resolve() / "macrotape.duckdb", "IWM")
    page.goto("/assets/brief")
    shows(page, brief.headline)
    page.get_by_text("[Show Markdown]", exact=True).first.click()
    shows(page, "Range over orders")
    expect(page.get_by_role("dialog").locator("table").first).to_be_visible()
    saved("brief")


def test_a_failed_check_says_what_where_and_what_to_do(page, saved):
    page.goto("/assets/raw/ishares__nav?view=checks&checkDetail=nav_usd_accepted_range")
    shows(page, "No net asset value per share of these funds comes near these bounds")
    page.get_by_role("button", name="Execute").first.click()
    shows(page, "3 rows violate: nav_usd is between 0.5 and 5000", 180)
    shows(page, "For example fund IWM, observation_date 2026-06-")
    saved("check")


def test_five_dates_of_holdings_are_backfilled(page, saved):
    page.goto("/assets/raw/ishares__holdings?view=partitions")
    shows(page, "Missing (")
    page.get_by_role("button", name="Materialize…").first.click()
    shows(page, "Launch backfill")
    dates = page.get_by_role("dialog").locator("input[type=text]").first
    dates.fill(f"[{NEW_DATES[0]}...{NEW_DATES[-1]}]")
    dates.press("Enter")
    shows(page, "5 partitions")
    expect(page.locator("body")).not_to_contain_text("Error", use_inner_text=True)
    saved("backfill-dialog")
    page.get_by_role("button", name="Launch backfill").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto("/runs?view=backfills")
    shows(page, "5 partitions")
    shows(page, re.compile("Succeeded|Success"), 240)
    saved("backfill")


def test_schedules_and_the_sensor_are_listed(page, saved):
    page.goto("/automation")
    for name in ("evening_provisional", "morning_final", "late_source_arrived"):
        shows(page, name)
    saved("automation")
