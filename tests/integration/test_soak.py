"""Session after session on real observations, with lags and random faults: it ends as one clean run would.

A few steps run with the tests. The whole half year by hand:

    MACROTAPE_SOAK_STEPS=120 .venv/bin/python -m pytest -s tests/integration/test_soak.py
"""

import json
import os
import random
import subprocess
import sys
import urllib.request
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from ingest import warehouse
from ingest.archive import Archive
from ingest.bookkeeping import Release, write_release
from ingest.calendars import session_dates
from ingest.catalog import Catalog
from ingest.questions import Plan
from ingest.settings import Settings
from ingest.sources import SOURCES, collect_table
from ingest.transport import Limits, Transport
from orchestration.lib import release
from orchestration.lib.marts import table_facts
from orchestration.lib.rebuild import ABOUT_THE_RUN, build_marts
from orchestration.lib.told import catch_up, note_told
from tests.support.homes import MIRROR, OBSERVATIONS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not MIRROR.exists(), reason="the mirror of the real sources is not beside this project"),
]
STEPS = int(os.environ.get("MACROTAPE_SOAK_STEPS", "2"))
SINCE, FIRST, LAST = date(2024, 7, 1), date(2025, 7, 1), date(2025, 12, 30)
FAULTS = ("html200", "403", "429", "500", "503", "reset", "truncated", "empty", "garbage", "renamed", "notutf8")
HOSTS = ("issuer", "treasury", "fred", "cboe", "yahoo")
LIMITS = Limits(read=5, whole=10, attempts=2, backoff=0.01, longest_wait=0.01)
# What differs between a history told in pieces and one told at once, and nothing else may.
OF_THE_TELLING = {*ABOUT_THE_RUN, "fct_attribution_revisions"}
TOLD = {"status", "headline", "markdown", "as_of_knowledge_ts", "knowledge_ts"}


@contextmanager
def mirror():
    command = [sys.executable, str(MIRROR), "--data", str(OBSERVATIONS), "--port", "0", "--today", str(FIRST)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"

        def control(**settings):
            body = json.dumps(settings).encode()
            asked = urllib.request.Request(f"{url}/__control", body, method="POST")
            urllib.request.urlopen(asked, timeout=10).close()

        try:
            yield url, control
        finally:
            server.kill()


def run(settings):
    """One run without its start-up: ask, land, build, publish, write down; the outcomes of asking."""
    catalog, archive = Catalog.load(), Archive(settings.archive)
    catch_up(settings, archive)
    release_id = f"{settings.now():%Y%m%dT%H%M%SZ}-0001"
    row = Release(release_id, settings.now(), "mirror", False, "", "", "", "")
    write_release(settings, archive, row)
    plan = replace(Plan.of(settings, catalog, funds=["IWM"], since=SINCE), trailing_sessions=1)
    transport = Transport(settings, catalog, limits=LIMITS)
    outcomes = Counter()
    for table in SOURCES:
        checks = collect_table(table, plan, settings=settings, catalog=catalog, transport=transport, archive=archive)
        outcomes.update(check.outcome for check in checks)
    if outcomes["changed"]:
        return outcomes  # as in a run: somebody has to look, nothing is published
    build_marts(settings)
    with release.building(settings.releases, release_id) as folder:
        tables = release.write_tables(settings.warehouse, folder)
        release.write_manifest(folder, tables, {"release_id": release_id})
        published = release.publish(folder, settings.releases, release_id, settings.current)
    note_told(settings, archive, row, published)
    facts = {name: (t.rows, t.content_sha256) for name, t in table_facts(published.database).items()}
    assert facts == {n: (t["rows"], t["content_sha256"]) for n, t in published.manifest["tables"].items()}
    return outcomes


@pytest.fixture(scope="module")
def soaked(tmp_path_factory):
    """Two data folders at the same moment: one got there in steps through faults, one in a single clean run."""
    chance, outcomes = random.Random(5), Counter()
    days = session_dates(FIRST, LAST)[-STEPS:]
    folder = tmp_path_factory.mktemp("soak")
    with mirror() as (url, control):
        base = Settings(home=folder / "steps", sources=url)

        def at(home: Path, day: date) -> Settings:
            return replace(base, home=home, pretend_now=datetime.combine(day, time(23, 30), tzinfo=UTC))

        for number, day in enumerate(days):
            broken = [h for h in HOSTS if chance.random() < 0.2] or [chance.choice(HOSTS)] if number else []
            faults = [f"{host}={chance.choice(FAULTS)}x{chance.randint(1, 6)}" for host in broken]
            control(today=str(day), faults=faults)
            outcomes += run(at(folder / "steps", day))
        # the last publications arrive within two weeks: both folders then know all there is
        end = days[-1] + timedelta(days=20)
        control(today=str(end), faults=[])
        for home in ("steps", "clean"):
            outcomes += run(replace(at(folder / home, end), home=folder / home))
    print(f"\n{len(days)} sessions {days[0]} to {days[-1]}: {dict(outcomes)}")  # noqa: T201
    return folder


@pytest.fixture(scope="module")
def con(soaked):
    with duckdb.connect() as con:
        for name in ("steps", "clean"):
            con.execute(f"attach '{soaked / name / 'current' / 'macrotape.duckdb'}' as {name} (read_only)")
        yield con


def test_every_number_is_that_of_one_clean_run(con):
    tables = con.execute("select table_name from information_schema.tables where table_catalog = 'clean'").fetchall()
    compared = 0
    for (table,) in tables:
        if table in OF_THE_TELLING or table.startswith("fct_holdings") or table == "fct_fund_profile_daily":
            continue
        query = f"select column_name, column_type from (describe clean.marts.{table})"
        # the order in which rows were learned shows in the last bits of a sum, and nowhere else
        columns = ", ".join(
            f"round({c}, 9)" if kind == "DOUBLE" else c for c, kind in con.execute(query).fetchall() if c not in TOLD
        )
        for one, other in (("steps", "clean"), ("clean", "steps")):
            rows = con.execute(
                f"select {columns} from {one}.marts.{table} except select {columns} from {other}.marts.{table} limit 3"
            ).fetchall()
            assert rows == [], table
        compared += 1
    assert compared >= 12


def test_every_status_path_is_legal(con):
    paths = con.execute(
        "select distinct previous_status, status from steps.marts.fct_attribution_revisions where version > 1"
    ).fetchall()
    legal = {("provisional", s) for s in ("provisional", "final", "final_partial", "restated")}
    legal |= {("final", "restated"), ("final_partial", "final"), ("final_partial", "restated")}
    legal |= {("restated", "restated")}
    assert set(paths) <= legal
    assert ("provisional", "final") in paths


def test_revisions_explain_every_change_between_releases(soaked):
    folders = sorted(p for p in (soaked / "steps" / "releases").iterdir() if p.is_dir())
    told = "select * from {}.marts.fct_driver_attribution_daily"
    for before, after in pairwise(folders):
        with duckdb.connect() as con:
            con.execute(f"attach '{before / 'macrotape.duckdb'}' as a (read_only)")
            con.execute(f"attach '{after / 'macrotape.duckdb'}' as b (read_only)")
            unexplained = con.execute(
                f"select count(*) from ({told.format('a')}) as a join ({told.format('b')}) as b"
                " using (fund, session_date, model, driver)"
                " left join b.marts.fct_attribution_revisions as r"
                "   on r.fund = a.fund and r.session_date = a.session_date and r.model = a.model"
                "   and r.driver = a.driver and r.release_id = ?"
                " where abs(a.contribution_pct - b.contribution_pct) > 1e-9 and r.version is null",
                [after.name],
            ).fetchall()
            assert unexplained == [(0,)], (before.name, after.name)


def test_no_observation_was_lost(soaked):
    steps, clean = (replace(Settings(home=soaked / n), sources="live") for n in ("steps", "clean"))
    with warehouse.connect(steps) as con:
        con.execute(f"attach '{clean.warehouse}' as clean (read_only)")
        for table in ("ishares__nav", "treasury__par_yields", "fred__observations", "cboe__vix", "yahoo__bars"):
            columns = "* exclude (knowledge_ts, landing_id, payload_sha256)"
            lost = con.execute(f"select {columns} from clean.raw.{table} except select {columns} from raw.{table}")
            assert lost.fetchall() == []
