# ruff: noqa: E501 - a program and statements of SQL
"""kill -9 at random moments of landing and publishing: the next run completes, nothing is doubled, nothing lost."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from ingest.registry.raw_tables import TABLES
from ingest.settings import Settings
from ingest.storage import lake
from ingest.storage.archive import Archive
from orchestration.publishing.marts import mart_fingerprints
from orchestration.publishing.release import read_release

PROJECT = Path(__file__).parents[2]
MOMENTS = 50 if os.environ.get("MACROTAPE_KILLS") else 30
ABOUT_ITSELF = {"macrotape__source_checks", "macrotape__releases", "macrotape__attributions"}

# What a run does around dbt, without its start-up: fetch, archive, land, publish, write down, in a loop.
WORKER = """
import os, sys, tempfile, traceback
from datetime import date
from pathlib import Path
import duckdb, exchange_calendars, pandas, requests
from ingest.registry.calendars import last_session
from ingest.simulation.adapter import SimulatedMarketAdapter
from dataclasses import replace
from ingest.storage.archive import Archive
from ingest.pipeline.bookkeeping import Release, write_release
from ingest.registry.seeds import Catalog
from ingest.sources.base import Plan
from ingest.settings import Settings
from ingest.pipeline.raw_table import collect_table
from ingest.http.client import Transport
from ingest.storage import lake, warehouse
from orchestration.publishing import release
from orchestration.runtime.run_lock import acquire
from orchestration.publishing.publication_log import reconcile_unrecorded_release, record_publication

catalog = Catalog.load()
last_session(Settings(home=Path(".")).now())


def rounds(home, count):
    settings = Settings(home=Path(home), lake=Path(home) / "lake")
    archive = Archive(settings.folder.archive)
    plan = Plan.of(settings, catalog, funds=["IEF"], since=date(2026, 6, 1))
    plan = replace(plan, trailing_sessions=3)
    for _ in range(count):
        with acquire(settings.home, "worker", 30):
            lake.append_new_landings(settings)
            reconcile_unrecorded_release(settings, archive)
            with warehouse.connect(settings) as con:
                opened = {r for (r,) in con.execute("select release_id from raw.macrotape__releases").fetchall()}
            folders = {p.name for p in settings.folder.releases.glob("*")} if settings.folder.releases.is_dir() else set()
            row = Release(release.next_release_id("20260701T130000Z", opened | folders), settings.now(), "SIMULATED", False, "", "", "", "")
            write_release(settings, archive, row)
            for table in ("cboe__vix", "yahoo__bars", "ishares__holdings"):
                collect_table(table, plan, settings=settings, catalog=catalog, transport=Transport(settings, catalog), archive=archive)
            with warehouse.connect(settings) as con:
                con.execute("create schema if not exists marts")
                con.execute("create or replace table marts.fct_vix as select observation_date, close from raw.cboe__vix")
                con.execute("create or replace table marts.fct_attribution_revisions as select 'IEF' as fund, observation_date as session_date,"
                    " 'news' as model, 'oil' as driver, 1 as version, '" + row.release_id + "' as release_id, close as contribution_pct,"
                    " 'final' as status, '1.0' as model_version, knowledge_ts as as_of_knowledge_ts from raw.cboe__vix")
            with release.staging_folder(settings.folder.releases, row.release_id) as folder:
                tables = release.write_tables(settings.folder.warehouse, folder)
                release.write_manifest(folder, tables, {"release_id": row.release_id})
                published = release.activate(folder, settings.folder.releases, row.release_id, settings.folder.current)
            record_publication(settings, archive, row, published)
            release.prune(settings.folder.releases, settings.folder.current, keep=4)
            lake.append_new_landings(settings)


# imports and the invention of a market cost a second: each worker is a fork of this process, which made one already
with tempfile.TemporaryDirectory() as warm:
    rounds(warm, 1)
print("ready", flush=True)
for line in sys.stdin:
    home, count = line.split()
    pid = os.fork()
    if pid == 0:
        try:
            rounds(home, int(count))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


class Worker:
    """A process that does rounds of work and can be killed; the one that made it makes the next."""

    def __init__(self):
        self._template = subprocess.Popen(
            [sys.executable, "-c", WORKER], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )  # fmt: skip
        assert self._read() == "ready"

    def _read(self):
        return self._template.stdout.readline().strip()

    def begin(self, home, rounds=1):
        self._template.stdin.write(f"{home} {rounds}\n")
        self._template.stdin.flush()
        return int(self._read())

    def end(self):
        """Wait for it; 0 when it came to its end, the negative signal when it was killed."""
        return int(self._read())

    def work(self, home, rounds=1):
        self.begin(home, rounds)
        assert self.end() == 0

    def close(self):
        self._template.stdin.close()
        self._template.wait()


@pytest.fixture(scope="module")
def make_worker():
    made = []

    def make():
        made.append(Worker())
        return made[-1]

    yield make
    for worker in made:
        worker.close()


@pytest.fixture(scope="module")
def worker(make_worker):
    return make_worker()


def observations(home):
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        names = [n for n in TABLES if n not in ABOUT_ITSELF]
        return {n: con.execute(f"select * exclude (landing_id) from raw.{n} order by all").fetchall() for n in names}


def in_lake(home):
    found = {}
    with duckdb.connect() as con:
        for name in TABLES:
            files = [str(p) for p in lake.folder_of(home / "lake", TABLES[name]).glob("month=*/*.parquet")]
            query = "from read_parquet(?, hive_partitioning = false) order by all"
            found[name] = con.execute(query, [files]).fetchall() if files else []
    return found


def in_warehouse(home):
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return {name: con.execute(f"from raw.{name} order by all").fetchall() for name in TABLES}


def whole(home):
    """The release readers see holds what its manifest says; its id, None before the first."""
    if not (home / "current").is_symlink():
        return None
    published = read_release(home / "current")
    facts = {name: (t.rows, t.content_sha256) for name, t in mart_fingerprints(published.database).items()}
    promised = {n: (t["rows"], t["content_sha256"]) for n, t in published.manifest["tables"].items()}
    assert facts == promised
    return published.release_id


@pytest.fixture(scope="module")
def clean(worker, tmp_path_factory):
    home = tmp_path_factory.mktemp("clean")
    worker.work(home)
    return observations(home)


def test_killed_at_random_moments(worker, tmp_path, clean, record_property):
    chance, seen, killed = random.Random(20261122), Counter(), 0
    home = tmp_path / "home"
    home.mkdir()
    began = time.monotonic()
    worker.work(home, rounds=2)
    usual = (time.monotonic() - began) / 2
    while killed < MOMENTS:
        if killed % 25 == 0:
            shutil.rmtree(home, ignore_errors=True)  # the first landings are a moment of their own
            home.mkdir()
        pid = worker.begin(home, rounds=40)
        for _ in range(2):  # readers look while it works
            time.sleep(chance.uniform(0, 0.5 * usual))
            whole(home)
        os.kill(pid, signal.SIGKILL)
        assert worker.end() == -signal.SIGKILL
        killed += 1
        release = whole(home)
        building = any((home / "releases").glob(".building-*"))
        locked = "worker" in (home / ".run.lock").read_text() if (home / ".run.lock").exists() else False
        seen["while publishing" if building else "while landing" if locked else "between two rounds"] += 1
        seen["with a release" if release else "before the first release"] += 1
        if killed % 10 == 0:
            worker.work(home)
            assert observations(home) == clean
            assert in_lake(home) == in_warehouse(home)
            assert not any((home / "releases").glob(".building-*"))
            archive = Archive(home / "archive")
            assert not archive.missing()
            for sha in {e.sha256 for e in archive.entries()}:
                archive.read(sha)
            with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
                ids = "select landing_id, release_id from raw.macrotape__attributions group by all"
                told = con.execute(f"select count(*), count(distinct release_id) from ({ids})").fetchall()[0]
                assert told[0] == told[1], "a release was written down twice"
                assert con.execute(
                    "select is_published from raw.macrotape__releases where release_id = ? order by landing_id desc limit 1",
                    [whole(home)],
                ).fetchall() == [(True,)]
    record_property("counted", f"fetching, landing and publishing killed {killed} times: {dict(seen)}")
    assert killed >= MOMENTS


def test_two_runs_at_once_do_not_meet(worker, make_worker, tmp_path, clean):
    home, other = tmp_path / "home", make_worker()
    for one in (worker, other):
        one.begin(home)
    assert [worker.end(), other.end()] == [0, 0]
    assert observations(home) == clean
    assert len(list((home / "releases").iterdir())) == 2


def test_readers_hold_a_release_through_ten_publishes(worker, tmp_path):
    home = tmp_path / "home"
    worker.work(home)
    database = read_release(home / "current").database
    with duckdb.connect(str(database), read_only=True) as reader:
        before = reader.execute("select * from marts.fct_vix order by all").fetchall()
        seen = {whole(home)}
        for _ in range(10):
            worker.begin(home)
            for _ in range(5):
                assert reader.execute("select * from marts.fct_vix order by all").fetchall() == before
                assert whole(home)
            assert worker.end() == 0
            seen.add(whole(home))
        assert reader.execute("select count(*) from marts.fct_vix").fetchall() == [(len(before),)]
    assert len(seen) == 11, "a new connection sees the new release"


def test_a_full_disk_leaves_the_last_release(worker, tmp_path, monkeypatch):
    home = tmp_path / "home"
    worker.work(home)
    standing = whole(home)
    from orchestration.publishing import release

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(release, "export_parquet", full)
    with (
        pytest.raises(OSError, match="No space"),
        release.staging_folder(home / "releases", "20270101T000000Z-0001") as folder,
    ):
        release.write_tables(Settings(home=home).folder.warehouse, folder)
    assert whole(home) == standing
    assert not any((home / "releases").glob(".building-*"))
    monkeypatch.undo()
    worker.work(home)
    assert whole(home) > standing
