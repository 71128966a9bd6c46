"""Session after session on real observations, with lags and random faults: it ends as one clean run would.

Half a year takes an hour: `make soak`. Its first and last steps are runs of the program itself, with Dagster; those
between are the same calls in this process, and every twentieth of them is followed by all of dbt's tests.
"""

import os
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from time import monotonic

import duckdb
import pytest

from ingest.health.status import failure_of_run
from ingest.http.client import Transport
from ingest.http.limits import Limits
from ingest.pipeline.bookkeeping import Release, write_release
from ingest.pipeline.raw_table import collect_table
from ingest.registry.calendars import session_dates
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.sources.base import Plan
from ingest.sources.registry import SOURCES
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from orchestration.dbt.build import build_marts
from orchestration.publishing import release
from orchestration.publishing.marts import mart_fingerprints
from orchestration.publishing.point_in_time import build_marts_as_known, cutoff_of_release
from orchestration.publishing.publication_log import reconcile_unrecorded_release, record_publication
from orchestration.publishing.release import read_release
from orchestration.publishing.replay import ABOUT_THE_RUN
from tests.support.dbt import dbt
from tests.support.faults import AT_RANDOM, Unreliable
from tests.support.homes import control, macrotape, mirror, recent
from tests.support.http_server import serving
from tests.support.layers import opt_in

pytestmark = [pytest.mark.real_data, opt_in("MACROTAPE_SOAK_STEPS", "make soak")]
STEPS = int(os.environ.get("MACROTAPE_SOAK_STEPS", "2"))
IS_LONG = STEPS > 20  # fewer steps try the test itself
SINCE, FIRST, LAST = date(2024, 9, 3), date(2025, 7, 1), date(2025, 12, 30)
HOLDINGS = [date(2025, 5, 13), date(2025, 11, 5)]  # the days of which a whole file is beside the project
SHARE = 0.2
TRIES = 3  # a run that published nothing is made again twice; then its session has no release
MINUTES = float(os.environ.get("MACROTAPE_SOAK_MINUTES", "inf"))
LIMITS = Limits(read=0.8, whole=1.5, body=8 * 2**20, attempts=2, backoff=0.01, longest_wait=0.01)
# What the release says of itself, and what it says of the releases before it: another story when told in pieces.
OF_THE_TELLING = {*ABOUT_THE_RUN, "fct_attribution_revisions"}
# When something was learned is another moment for who learned it day by day.
MOMENTS = {"as_of_knowledge_ts", "knowledge_ts"}
# A day that was final and changed says so for ever; told once it is just final. Hence, and only so far:
STATUS = "case when {0} in ('restated', 'final_partial') then 'final' else {0} end"
WORDS = (
    ". Restated: a source changed a value after the day was final",
    "[.] Without [a-z, ]*, which did not trade that session",
    "- Status: (restated|final partial|final)",
    "; known at [-0-9]* [:0-9]* UTC",
)
PAIRS = {("restated", "final"), ("restated", "final_partial")}


class Soak:
    """One data folder, brought forward run by run; what it met on the way is counted."""

    def __init__(self, home: Path, url: str):
        self.settings = Settings(home=home, sources=url)
        self.outcomes: Counter[str] = Counter()
        self.runs: Counter[str] = Counter()

    def at(self, moment: datetime) -> Settings:
        return replace(self.settings, pretend_now=moment)

    def day(self, day: date, *, is_public: bool = False, is_tested: bool = False) -> None:
        """The evening of a session: run, and run again while nothing is published."""
        for number in range(TRIES):
            moment = datetime.combine(day, time(22, 30), tzinfo=UTC) + timedelta(minutes=5 * number)
            done = self.program(moment) if is_public else self.run(self.at(moment))
            self.runs["published" if done else "published nothing"] += 1
            if done:
                self.whole()
                break
        else:
            self.runs["sessions without a release"] += 1
        if is_tested:
            tested = dbt(self.settings.folder.warehouse, "test", "--exclude-resource-type", "unit_test", "--quiet")
            assert tested.returncode == 0, tested.stdout[-3000:]
            self.runs["all tests of dbt"] += 1

    def program(self, moment: datetime) -> bool:
        """`macrotape run`, as a person would."""
        options = ("--sources", self.settings.sources, "--fund", "IWM", "--since", str(SINCE))
        done = macrotape(self.settings.home, "run", *options, MACROTAPE_NOW=moment.isoformat())
        assert done.returncode in (0, 1, 3), done.stderr
        self.runs[f"macrotape run ended with {done.returncode}"] += 1
        return done.returncode != 1

    def run(self, settings: Settings, holdings_dates: list[date] | None = None) -> bool:
        """One run without its start-up: ask, land, build, publish, write down; whether it published."""
        catalog, archive = Catalog.load(), Archive(settings.folder.archive)
        reconcile_unrecorded_release(settings, archive)
        row = Release(f"{settings.now():%Y%m%dT%H%M%SZ}-0001", settings.now(), "mirror", False, "", "", "", "")
        write_release(settings, archive, row)
        plan = replace(Plan.of(settings, catalog, funds=["IWM"], since=SINCE), trailing_sessions=1)
        transport = Transport(settings, catalog, limits=LIMITS)
        seen = []
        for table in SOURCES:
            named = {"settings": settings, "catalog": catalog, "transport": transport, "archive": archive}
            checks = collect_table(table, plan, **named)
            if holdings_dates and table == "ishares__holdings":
                collect_table(
                    table, replace(plan, since=min(holdings_dates), holdings_dates=tuple(holdings_dates)), **named
                )
            self.outcomes.update(check.outcome for check in checks)
            seen += checks
        if failure_of_run(seen):
            return False
        build_marts(settings)
        with release.staging_folder(settings.folder.releases, row.release_id) as folder:
            tables = release.write_tables(settings.folder.warehouse, folder)
            release.write_manifest(folder, tables, {"release_id": row.release_id})
            published = release.activate(folder, settings.folder.releases, row.release_id, settings.folder.current)
        record_publication(settings, archive, row, published)
        return True

    def whole(self) -> None:
        """What readers have now holds what its manifest says."""
        published = read_release(self.settings.folder.current)
        facts = {name: (t.rows, t.content_sha256) for name, t in mart_fingerprints(published.database).items()}
        assert facts == {n: (t["rows"], t["content_sha256"]) for n, t in published.manifest["tables"].items()}


@pytest.fixture(scope="module")
def soaked(tmp_path_factory):
    """Two data folders at the same moment: one got there in steps through faults, one in a single clean run."""
    folder = tmp_path_factory.mktemp("soak")
    days = session_dates(FIRST, LAST)[-STEPS:]
    data = recent(folder / "observations", SINCE - timedelta(days=10))
    with mirror("--today", str(FIRST), data=data) as good, serving(Unreliable(good, AT_RANDOM, SHARE, seed=5)) as world:
        steps, clean = Soak(folder / "steps", world.url), Soak(folder / "clean", good)
        begun = monotonic()
        for number, day in enumerate(days):
            if monotonic() - begun > 60 * MINUTES:
                days = days[:number]
                break
            control(good, today=str(day))
            # a person's run has the patience of a person: what drips would cost it a minute each time
            is_public = IS_LONG and number in (0, len(days) - 1)
            world.faults = {n: f for n, f in AT_RANDOM.items() if not is_public or n not in ("slow drip", "endless")}
            steps.day(day, is_public=is_public, is_tested=IS_LONG and number % 20 == 10)
            if IS_LONG:
                print(f"{datetime.now():%H:%M:%S} {day} {dict(steps.runs)}", flush=True)  # noqa: DTZ005, T201
        # the last publications arrive within two weeks: both folders then know all there is
        world.share, end = 0, datetime.combine(days[-1] + timedelta(days=20), time(22, 30), tzinfo=UTC)
        control(good, today=str(end.date()))
        for one in (steps, clean):
            assert one.run(one.at(end), HOLDINGS)
            one.whole()
    faults = ", ".join(f"{name} {count}" for name, count in world.met.most_common())
    (folder / "said").write_text(
        f"soak: {len(days)} sessions {days[0]} to {days[-1]}, {world.asked} requests, {world.met.total()} went wrong "
        f"({faults}); outcomes {dict(steps.outcomes)}; runs {dict(steps.runs)}"
    )
    if kept := os.environ.get("MACROTAPE_SOAK_KEEP"):
        shutil.copytree(folder, kept, symlinks=True, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def con(soaked):
    with duckdb.connect() as con:
        for name in ("steps", "clean"):
            con.execute(f"attach '{soaked / name / 'current' / 'macrotape.duckdb'}' as {name} (read_only)")
        yield con


def columns_of(con, table):
    found = con.execute(f"select column_name from (describe clean.marts.{table})").fetchall()
    return [name for (name,) in found if name not in MOMENTS]


def test_every_cell_is_that_of_one_clean_run(soaked, con, record_property):
    """Exactly, to the last bit of every double."""
    words = f"regexp_replace({{0}}, '{'|'.join(WORDS)}', '', 'g')"
    worded = {"headline": words, "markdown": words}
    tables = con.execute("select table_name from information_schema.tables where table_catalog = 'clean'").fetchall()
    compared, differing = Counter(), {}
    for (table,) in tables:
        if table in OF_THE_TELLING:
            continue
        columns = columns_of(con, table)
        if table == "fct_attribution_summary_daily":
            worded["status"] = STATUS
        shown = ", ".join(worded.get(c, "{0}").format(c) + f" as {c}" for c in columns)
        for one, other in (("steps", "clean"), ("clean", "steps")):
            query = " except all ".join(f"select {shown} from {side}.marts.{table}" for side in (one, other))
            if rows := con.execute(query).fetchall():
                differing[table, one] = (len(rows), sorted(map(str, rows))[:3])
        worded.pop("status", None)
        compared[table] = con.execute(f"select count(*) from clean.marts.{table}").fetchall()[0][0] * len(columns)
    assert differing == {}
    assert len(compared) >= 20
    record_property("counted", (soaked / "said").read_text())
    record_property("counted", f"soak: {compared.total():,} cells of {len(compared)} marts compared, none differs")


def test_a_status_differs_only_where_a_final_day_was_restated(con, record_property):
    days = "join clean.marts.fct_attribution_summary_daily as c using (fund, session_date, model)"
    pairs = con.execute(
        f"select s.status, c.status, count(*) from steps.marts.fct_attribution_summary_daily as s {days} group by all"
    ).fetchall()
    record_property("counted", f"soak: statuses in steps and told once: {pairs}")
    assert {(a, b) for a, b, _ in pairs if a != b} <= PAIRS
    unexplained = con.execute(
        "select count(*) from steps.marts.fct_attribution_summary_daily as s"
        " where status = 'restated' and not exists ("
        "   from (select *, lag(contribution_pct) over of_a_number as was from steps.marts.fct_attribution_revisions"
        "         window of_a_number as (partition by fund, session_date, model, driver order by version)) as r"
        "   where (r.fund, r.session_date, r.model) = (s.fund, s.session_date, s.model) and r.reason = 'restated'"
        "     and r.previous_status in ('final', 'final_partial') and r.contribution_pct is distinct from r.was)"
    ).fetchall()
    assert unexplained == [(0,)]


def test_every_status_path_is_legal(con):
    paths = con.execute(
        "select distinct previous_status, status from steps.marts.fct_attribution_revisions where version > 1"
    ).fetchall()
    legal = {("provisional", s) for s in ("provisional", "final", "final_partial", "restated")}
    legal |= {("final", "restated"), ("final_partial", "final"), ("final_partial", "restated")}
    legal |= {("restated", "restated")}
    legal |= {(s, "disputed") for s in ("provisional", "final", "final_partial", "restated", "disputed")}
    legal |= {("disputed", s) for s in ("provisional", "final", "final_partial", "restated")}
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
        con.execute(f"attach '{clean.folder.warehouse}' as clean (read_only)")
        for table in ("ishares__nav", "treasury__par_yields", "fred__observations", "cboe__vix", "yahoo__bars"):
            columns = "* exclude (knowledge_ts, landing_id, payload_sha256)"
            lost = con.execute(f"select {columns} from clean.raw.{table} except select {columns} from raw.{table}")
            assert lost.fetchall() == []


@pytest.mark.skipif(not IS_LONG, reason="run by make soak with all of its steps")
def test_what_was_known_by_a_release_is_what_it_published(soaked):
    settings = Settings(home=soaked / "steps", sources="http://127.0.0.1:9")
    published = sorted(path for path in settings.folder.releases.iterdir() if path.is_dir())
    for path in published[5:-1:20]:
        again = build_marts_as_known(settings, *cutoff_of_release(settings, path.name))
        assert mart_fingerprints(again) == mart_fingerprints(path / "macrotape.duckdb"), path.name
