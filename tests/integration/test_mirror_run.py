"""Runs against a mirror of the real sources whose faults come many at a time: what a person sees of each.

On the terminal, in Dagster's records and, from the next release on, in `fct_source_health`. Runs are killed
in between with `make soak`, as often as MACROTAPE_KILLS says.
"""

import os
import random
import re
from collections import Counter
from datetime import date

import dagster as dg
import pytest

from ingest.registry.raw_tables import TABLES
from orchestration.publishing.marts import mart_fingerprints
from tests.support import homes
from tests.support.faults import AT_RANDOM, Spoiled, in_manner, saying, swap
from tests.support.http_server import Reply, serving
from tests.support.killing import STAGES, killed

pytestmark = pytest.mark.real_data
SINCE = date(2024, 9, 3)
KILLS = int(os.environ.get("MACROTAPE_KILLS", "0"))
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
NO_ROWS = AT_RANDOM["nothing yet"]
# the CSV, which stands in for the XML, is left alone
FIRST_DOOR = lambda good: Reply(b"", 503) if good.body.startswith(b"<?xml") else good  # noqa: E731
NAV = "portfolioId={}&userType=individual&component=fundDownload"

# source: where in its address, what goes wrong, what is said of it
CHANGED = {
    "nav:IVV": (NAV.format(239726), lambda _: Reply(BOMB), "entities"),
    "nav:HYG": (NAV.format(239565), swap("NAV per Share", "Fair Value"), "Fair Value"),
    "holdings:IWM": ("component=holdings", AT_RANDOM["printed twice"], "printed 2 times"),
    "treasury:par_yields": ("home.treasury.gov", swap("BC_10YEAR|10 Yr", "Renamed"), "10 Yr"),
    "fred:DGS2": ("id=DGS2&", AT_RANDOM["garbage"], "UTF-8"),
    "fred:T10YIE": ("id=T10YIE", AT_RANDOM["something else in JSON"], "maintenance"),
    "cboe:VIX": ("cdn.cboe.com", swap("CLOSE", "RENAMED"), "RENAMED"),
    "yahoo:USO": ("chart/USO", swap('"symbol": "USO"', '"symbol": "BNO"'), "BNO"),
}
REFUSED = {
    "nav:IVV": (NAV.format(239726), AT_RANDOM["web page, status 200"], "a web page instead of data"),
    "nav:IEF": (NAV.format(239456), in_manner("cut"), "broke off"),
    "fred:DGS2": ("id=DGS2&", saying(429, Retry_After="3600"), "status 429; it requires a wait of 3600 s"),
    "fred:DGS10": ("id=DGS10", saying(404, b"unknown"), "rejected with status 404, it will not be requested again"),
    "fred:T10YIE": ("id=T10YIE", in_manner("endless"), "more than 32 MB"),
    "fred:DFII10": ("id=DFII10", in_manner("redirect"), "redirect"),
    "fred:DTWEXBGS": ("id=DTWEXBGS", in_manner("hang"), "connection failed or was reset"),
    "yahoo:USO": ("chart/USO", saying(403), "status 403"),
    "yahoo:IWM": ("chart/IWM", lambda _: Reply(b""), "an empty document"),
}
NOTHING_YET = {
    "holdings:IWM": ("component=holdings", NO_ROWS, "was expected"),
    "cboe:VIX": ("cdn.cboe.com", NO_ROWS, "2025-12-31 was expected"),
}
LANDED = {
    "treasury:par_yields": ("field_tdr_date_value=2025", FIRST_DOOR, "from the alternative"),
    "fred:DCOILWTICO": ("id=DCOILWTICO", swap("observation_date", "DATE"), "new versions"),
    "nav:HYG": (NAV.format(239565), swap("(Shares Outstanding</ss:Data></ss:Cell>)",
        '\\1<ss:Cell><ss:Data ss:Type="String">Non-FV NAV</ss:Data></ss:Cell>', 1), "new versions"),
}  # fmt: skip
EVERYBODY = {"all": ("/", saying(403), "")}
ANOTHER_DAY = {"refused": REFUSED, "nothing_yet": NOTHING_YET, "landed": LANDED}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    data = homes.recent(tmp_path_factory.mktemp("observations"), SINCE)
    with homes.mirror("--today", "2025-12-30", data=data) as url, serving(Spoiled(url)) as sources:
        yield sources


def run(home, sources, now, *kinds):
    """One run with the faults of some kinds."""
    sources.faults = {part: fault for kind in kinds for part, fault, _ in kind.values()}
    return home.macrotape("run", *options(sources), MACROTAPE_NOW=now)


def options(sources):
    return ("--sources", sources.url, "--fund", "IWM", "--since", str(SINCE))


def kill_some(home, sources):
    """Runs that ask for what is held already, killed as they build, publish, and wherever else."""
    chance, stages = random.Random(20261122), Counter()
    before = observed(home)
    for number in range(KILLS):
        # builds and publishes first: landing is killed fifty times elsewhere
        stage = (STAGES[1:] + STAGES[:1])[number % len(STAGES)]
        arguments = ("run", *options(sources))
        stages[killed(home.path, stage, chance, *arguments, MACROTAPE_NOW=f"2025-12-30T23:{30 + number // 2}:59Z")] += 1
        published = home.release
        promised = {n: (t["rows"], t["content_sha256"]) for n, t in published.manifest["tables"].items()}
        assert {n: (t.rows, t.content_sha256) for n, t in mart_fingerprints(published.database).items()} == promised
    assert observed(home) == before
    return f"runs of the program killed {KILLS} times: {dict(stages)}"


def observed(home):
    names = [name for name in TABLES if not name.startswith("macrotape__")]
    return {n: home.warehouse(f"select * exclude (landing_id) from raw.{n} order by all") for n in names}


class Pages:
    """What Dagster's pages show of the last run of a data folder."""

    def __init__(self, home):
        with dg.DagsterInstance.from_config(str(home.path / "dagster")) as instance:
            run_id = instance.get_runs(limit=1)[0].run_id
            events = [e.dagster_event for e in instance.all_logs(run_id) if e.dagster_event]
        self.outcomes, self.failures, self.objections = {}, {}, {}
        for event in events:
            data = event.event_specific_data
            if event.event_type_value == "ASSET_MATERIALIZATION":
                self._read(event.materialization.metadata)
            elif event.event_type_value == "STEP_FAILURE" and data.user_failure_data:
                self.failures[event.step_key] = data.user_failure_data.description
                self._read(data.user_failure_data.metadata)
            elif event.event_type_value == "ASSET_CHECK_EVALUATION" and not data.passed:
                self.objections.setdefault(data.asset_key.path[-1], []).append(data.description)

    def _read(self, metadata):
        if "outcomes" in metadata:
            for row in metadata["outcomes"].value.split("\n")[2:]:
                cells = re.split(r"(?<!\\) \| ", row.removeprefix("| ").removesuffix(" |"))
                self.outcomes[cells[0]] = (cells[1].strip("*"), cells[5].replace("\\|", "|"))


def health(home):
    rows = home.marts("select source, outcome, is_stale, detail from marts.fct_source_health order by checked_at")
    return {(source, outcome): (is_stale, detail) for source, outcome, is_stale, detail in rows}


def test_what_goes_wrong_is_said_everywhere(home, sources, record_property):
    """One story, because each act needs the one before: a good day, new formats, nobody answers, some do not."""
    good = run(home, sources, "2025-12-30T23:30:00Z")
    assert good.returncode == 0, good.stderr
    assert home.release.manifest["sources_mode"] == "mirror"
    assert "SIMULATED" not in good.stdout
    if KILLS:
        record_property("counted", kill_some(home, sources))
    homes.control(sources.upstream, today="2025-12-31")

    changed = run(home, sources, "2025-12-31T23:30:00Z", CHANGED)
    assert changed.returncode == 3
    pages = Pages(home)
    for source, (_, _, words) in CHANGED.items():
        said = " ".join(line for line in changed.stderr.splitlines() if f"{source} changed: " in line)
        assert words in said, (source, changed.stderr)
        assert pages.outcomes[source][0].startswith("changed"), source
        assert words in pages.outcomes[source][1], source
        assert any(f"{source} changed: " in said for texts in pages.objections.values() for said in texts), source
        assert f"changed: {source} (latest " in changed.stderr
    assert not pages.failures
    standing = home.release.release_id

    down = run(home, sources, "2025-12-31T23:45:00Z", EVERYBODY)
    assert down.returncode == 1
    assert "every source refused" in down.stderr
    assert home.release.release_id == standing
    answers = {source: outcome for source, (outcome, _) in Pages(home).outcomes.items()}
    assert {source for source, outcome in answers.items() if not outcome.startswith("refused")} == {"xnys:sessions"}

    # what was killed left nothing behind, and what it had told is written down once
    homes.control(sources.upstream, today="2026-01-02")
    late = run(home, sources, "2026-01-02T15:00:00Z", *ANOTHER_DAY.values())
    assert late.returncode == 3, late.stderr
    pages, told = Pages(home), health(home)
    for outcome, kind in ANOTHER_DAY.items():
        for source, (_, _, words) in kind.items():
            is_stale, detail = told[source, outcome]
            assert words in detail, source
            is_refused = outcome == "refused"
            shown = f"{outcome}, late and needed" if is_stale and not is_refused else outcome
            assert pages.outcomes[source] == (shown, detail)
            phrase = "refused" if is_refused else "late and needed"
            assert (f"{phrase}: {source} (latest " in late.stderr) == is_stale
            assert is_stale or outcome != "refused"
    assert not pages.failures
    # an expected observation that is missing is reported, also of a source that feeds no driver
    assert "cboe:VIX: latest 2025-12-30, expected 2025-12-31" in late.stderr
    late_tables = {"cboe__vix", "fred__observations", "ishares__nav", "yahoo__bars"}
    assert late_tables | {"macrotape__source_checks"} <= set(pages.objections)
    for source, (_, _, words) in CHANGED.items():
        assert words in told[source, "changed"][1], source
    assert ("nav:IWM", "refused") in told
    assert not any((home.path / "releases").glob(".building-*"))
    landings = "select landing_id, release_id from raw.macrotape__attributions group by all"
    told_once = home.warehouse(f"select count(*), count(distinct release_id) from ({landings})")[0]
    assert told_once[0] == told_once[1]
