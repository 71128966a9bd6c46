"""What the doctor says of sources and of what is here, line by line, and the exit status that goes with it."""

import gzip
from dataclasses import replace
from datetime import date

import pytest
from click.testing import CliRunner

from ingest.http.client import Transport
from ingest.pipeline.raw_table import collect_table
from ingest.registry.seeds import Catalog
from ingest.settings import SAMPLE_NOW, Settings
from ingest.sources.base import Plan
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from orchestration.cli.main import main
from orchestration.publishing import release
from orchestration.runtime import diagnosis as doctor
from orchestration.runtime import disk_space
from orchestration.runtime.run_lock import acquire
from tests.support.faults import AT_RANDOM, fault_server, saying, swap

SOURCES = (
    "nav:IWM",
    "holdings:IWM",
    "treasury:par_yields",
    "fred:DGS2",
    "cboe:VIX",
    "yahoo:USO",
    "nasdaq:USO",
    "ssga:SPY",
    "ssga_distributions:all",
)
LOCAL = ("data folder", "lock", "warehouse", "archive", "release", "versions")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with fault_server(tmp_path_factory.mktemp("market")) as world:
        yield world


@pytest.fixture
def examine(world, tmp_path, monkeypatch):
    """Run `macrotape doctor` with some faults; exit status, and the lines by what they are about."""
    monkeypatch.setenv("MACROTAPE_HOME", str(tmp_path))
    monkeypatch.setenv("MACROTAPE_SOURCES", world.url)
    monkeypatch.setenv("MACROTAPE_NOW", SAMPLE_NOW.isoformat())
    monkeypatch.setattr(doctor, "LIMITS", replace(doctor.LIMITS, backoff=0, longest_wait=0))

    def go(**faults):
        def reply(path, agent):
            fault = next((fault for part, fault in faults.items() if part in path), None)
            return fault(world.good(path)) if fault else world.good(path)

        monkeypatch.setattr(world, "reply", reply)
        done = CliRunner().invoke(main, ["doctor"], prog_name="macrotape")
        assert done.stderr == ""
        return done.exit_code, {line[9:45].strip(): (line[:8].strip(), line[46:]) for line in done.stdout.splitlines()}

    return go


def test_all_is_well(examine):
    status, lines = examine()
    assert status == 0, lines
    assert {name for name in lines if "alternative" not in name} == {*SOURCES, *LOCAL}
    assert {state for state, _ in lines.values()} == {"works"}
    assert "duckdb 2.0.0" in lines["versions"][1]


@pytest.mark.parametrize(
    ("part", "fault", "source", "state", "status", "words"),
    [
        ("treasury", AT_RANDOM["nothing yet"], "treasury:par_yields", "late", 3, "has no curve yet"),
        ("chart/USO", saying(429, b"Too Many Requests"), "yahoo:USO", "blocked", 3, "status 429"),
        ("fundDownload", saying(403), "nav:IWM", "blocked", 3, "status 403"),
        ("cboe", AT_RANDOM["nothing yet"], "cboe:VIX", "late", 0, "no rows"),
        ("holdings", AT_RANDOM["web page, status 200"], "holdings:IWM", "blocked", 0, "a web page instead of data"),
        ("cboe", swap("CLOSE", "LAST"), "cboe:VIX", "changed", 1, "column CLOSE is missing; the header is"),
        ("fred", AT_RANDOM["garbage"], "fred:DGS2", "changed", 1, "UTF-8"),
    ],
)
def test_a_source_that_is_not_well(examine, part, fault, source, state, status, words):
    found, lines = examine(**{part: fault})
    assert lines[source][0] == state
    assert words in lines[source][1]
    assert found == status
    assert [name for name, (said, _) in lines.items() if said != "works" and "alternative" not in name] == [source]


def test_no_source_responds(examine):
    status, lines = examine(**{"/": saying(503)})
    assert status == 1
    assert {lines[source][0] for source in SOURCES} == {"blocked"}
    assert "a run would publish nothing: check the network" in lines["sources"][1]


def test_too_little_disk_space_is_reported(examine, monkeypatch):
    usage = disk_space.shutil.disk_usage("/")
    monkeypatch.setattr(disk_space.shutil, "disk_usage", lambda _: usage._replace(free=10**8))
    status, lines = examine()
    assert status == 1
    assert lines["data folder"] == ("broken", lines["data folder"][1])
    assert "100 MB are free in" in lines["data folder"][1]
    assert "free some space, or set MACROTAPE_HOME" in lines["data folder"][1]


def test_a_run_that_is_writing_is_no_illness(examine, tmp_path):
    warehouse.connect(Settings(home=tmp_path, sources="live")).close()
    with acquire(tmp_path, "a run"):
        status, lines = examine()
    assert status == 0
    assert lines["lock"][0] == lines["warehouse"][0] == "busy"
    assert "another run is writing" in lines["lock"][1]


def test_other_versions_than_the_locked_ones(examine, monkeypatch):
    monkeypatch.setattr(doctor, "version", lambda name: "0.1")
    status, lines = examine()
    assert status == 1
    assert "duckdb 0.1, locked 2.0.0" in lines["versions"][1]
    assert "install from requirements.lock" in lines["versions"][1]


def test_an_archive_that_lost_or_changed_a_document(examine, world, tmp_path):
    settings = Settings(home=tmp_path, sources=world.url, pretend_now=SAMPLE_NOW)
    archive, catalog = Archive(settings.folder.archive), Catalog.load()
    plan = Plan.of(settings, catalog, funds=["IEF"], since=date(2026, 5, 1))
    collect_table("cboe__vix", plan, settings=settings, catalog=catalog, transport=Transport(settings), archive=archive)
    assert "none missing, the newest 1 read back" in examine()[1]["archive"][1]
    (document,) = settings.folder.archive.rglob("*.gz")
    document.write_bytes(gzip.compress(b"DATE,OPEN\n"))
    status, lines = examine()
    assert status == 1
    assert "was altered: its hash is no longer its name" in lines["archive"][1]
    document.unlink()
    status, lines = examine()
    assert status == 1
    assert f"the first is {document}: restore it from a backup" in lines["archive"][1]


def test_a_release_with_a_missing_file(examine, tmp_path):
    with release.staging_folder(tmp_path / "releases", "r-0001") as folder:
        (folder / "brief.html").write_text("<p>")
        release.write_manifest(folder, {}, {"release_id": "r-0001", "sources_mode": "mirror"})
        published = release.activate(folder, tmp_path / "releases", "r-0001", tmp_path / "current")
    assert examine()[1]["release"] == ("works", "r-0001, mirror")
    (published.path / "brief.html").unlink()
    status, lines = examine()
    assert status == 1
    assert "release r-0001 has no brief.html: point `current` at an earlier release" in lines["release"][1]
