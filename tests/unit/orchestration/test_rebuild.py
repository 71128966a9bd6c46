"""What was known at a past moment, by which of two runs of one moment, and what a damaged archive stops."""

import gzip
import hashlib
from datetime import UTC, date, datetime

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner

from ingest.errors import Misconfigured
from ingest.http.client import Transport
from ingest.pipeline.bookkeeping import Release, write_release
from ingest.pipeline.load import land
from ingest.pipeline.raw_table import collect_table
from ingest.registry.raw_tables import CBOE_VIX
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.sources.base import Plan
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from orchestration.cli.main import main
from orchestration.publishing import point_in_time as rebuild
from orchestration.publishing.release import is_release_id

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
RELEASES = ("20260105T120000Z-0001", "20260105T120000Z-0002")


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Two runs at noon of a pretended day; each learns another close of the same session."""
    settings = Settings(home=tmp_path, sources="live", pretend_now=NOON)
    archive = Archive(settings.folder.archive)
    for release_id, close in zip(RELEASES, (15.0, 16.0), strict=True):
        row = Release(release_id, NOON, "live", False, "", "", "", "")
        write_release(settings, archive, row)
        frame = pd.DataFrame(
            {"observation_date": [NOON.date()], **{c: [close] for c in ("open", "high", "low", "close")}}
        )
        with warehouse.connect(settings) as con:
            land(con, CBOE_VIX, frame, knowledge_ts=NOON, payload_sha256=None)
    monkeypatch.setattr(rebuild, "build_marts", lambda *_: None)
    return settings


def closes(database):
    with duckdb.connect(str(database), read_only=True) as con:
        return con.execute("select close from raw.cboe__vix order by landing_id").fetchall()


def test_two_runs_at_one_moment_are_distinguished_by_release(settings):
    first, second = (rebuild.build_marts_as_known(settings, *rebuild.cutoff_of_release(settings, r)) for r in RELEASES)
    assert closes(first) == [(15.0,)]
    assert closes(second) == [(15.0,), (16.0,)]
    assert closes(rebuild.build_marts_as_known(settings, NOON)) == [(15.0,), (16.0,)]


def test_an_unknown_release_is_refused_by_name(settings):
    with pytest.raises(Misconfigured, match="no run opened a release 20250101T000000Z-0001"):
        rebuild.cutoff_of_release(settings, "20250101T000000Z-0001")


@pytest.mark.parametrize(
    ("text", "is_one"), [(RELEASES[0], True), ("2026-01-05T12:00:00Z", False), ("20260105", False)]
)
def test_a_release_is_known_by_its_shape(text, is_one):
    assert is_release_id(text) == is_one


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes(gzip.compress(b"other bytes")), "was altered: its hash is no longer its name"),
        (lambda path: path.unlink(), "the archive has no document"),
    ],
)
def test_a_damaged_archive_stops_a_replay_and_nothing_else(tmp_path, monkeypatch, spoil, said):
    monkeypatch.setenv("MACROTAPE_HOME", str(tmp_path))
    settings, catalog = Settings(home=tmp_path), Catalog.load()
    archive = Archive(settings.folder.archive)
    plan = Plan.of(settings, catalog, funds=["IEF"], since=date(2026, 6, 1))

    def ask():
        (check,) = collect_table(
            "cboe__vix", plan, settings=settings, catalog=catalog, transport=Transport(settings), archive=archive
        )
        return check.outcome, held()

    def held():
        with warehouse.connect(settings) as con:
            return con.execute("select count(*), max(landing_id) from raw.cboe__vix").fetchall()

    before = ask()
    (document,) = settings.folder.archive.rglob("*.gz")
    sha256 = document.stem
    spoil(document)
    done = CliRunner().invoke(main, ["replay"], prog_name="macrotape")
    assert done.exit_code == 1
    assert said in done.stderr
    assert sha256 in done.stderr
    assert done.stderr.count("\n") == 1
    assert held() == before[1]
    assert ask() == before
    assert hashlib.sha256(archive.read(sha256)).hexdigest() == sha256, "what the source sends again is whole again"
