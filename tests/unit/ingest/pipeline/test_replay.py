import shutil
from dataclasses import replace
from datetime import date, datetime

import pytest

from ingest.errors import Misconfigured
from ingest.http.client import Transport
from ingest.pipeline.raw_table import collect_table
from ingest.pipeline.replay import replay
from ingest.registry.raw_tables import TABLES
from ingest.registry.seeds import Catalog
from ingest.settings import Settings
from ingest.sources.base import Plan
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from ingest.storage.archive_records import ArchiveDamaged


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A simulated market landed twice, four days apart, in one folder."""
    simulated = Settings(home=tmp_path_factory.mktemp("once"))
    catalog, archive = Catalog.load(), Archive(simulated.folder.archive)
    for now in ("2026-06-26T13:00:00+00:00", "2026-06-30T13:00:00+00:00"):
        moment = replace(simulated, pretend_now=datetime.fromisoformat(now))
        plan = Plan.of(moment, catalog, funds=["IVV"], since=date(2026, 5, 1))
        transport = Transport(moment, catalog)
        for table in ("cboe__vix", "treasury__par_yields", "fred__observations", "xnys__sessions"):
            collect_table(table, plan, settings=moment, catalog=catalog, transport=transport, archive=archive)
    return simulated.home


@pytest.fixture
def filled(once, tmp_path):
    shutil.copytree(once, tmp_path / "home")
    return Settings(home=tmp_path / "home")


def _everything(settings):
    with warehouse.connect(settings) as con:
        return {name: con.execute(f"select * from raw.{name} order by all").fetchall() for name in TABLES}


def test_a_replay_gives_the_same_rows_without_the_network(filled, monkeypatch):
    before = _everything(filled)
    assert any(before.values())
    monkeypatch.setattr(Transport, "get", None)
    report = replay(filled, Archive(filled.folder.archive))
    assert _everything(filled) == before
    assert report.rows_landed == sum(map(len, before.values()))
    assert not (filled.home / ".replay").exists()


def test_landing_continues_after_a_replay(filled):
    replay(filled, Archive(filled.folder.archive))
    catalog = Catalog.load()
    newest = max(entry.landing_id for entry in Archive(filled.folder.archive).landings())
    checks = collect_table(
        "cboe__vix",
        Plan.of(filled, catalog, since=date(2026, 5, 1)),
        settings=filled,
        catalog=catalog,
        transport=Transport(filled, catalog),
        archive=Archive(filled.folder.archive),
    )
    assert checks[0].rows_landed == 1
    assert max(entry.landing_id for entry in Archive(filled.folder.archive).landings()) == newest + 2


def test_a_lost_warehouse_comes_back(filled):
    before = _everything(filled)
    filled.folder.warehouse.unlink()
    replay(filled, Archive(filled.folder.archive))
    assert _everything(filled) == before


def test_a_damaged_archive_leaves_the_warehouse_unchanged(filled):
    before = _everything(filled)
    next(iter(sorted(filled.folder.archive.rglob("*.gz")))).write_bytes(b"rust")
    with pytest.raises(ArchiveDamaged):
        replay(filled, Archive(filled.folder.archive))
    assert _everything(filled) == before


def test_an_empty_archive_is_refused(settings):
    with pytest.raises(Misconfigured, match="nothing to replay"):
        replay(settings, Archive(settings.folder.archive))


def test_a_replay_never_turns_one_kind_of_warehouse_into_the_other(filled):
    with pytest.raises(Misconfigured, match="never share"):
        replay(replace(filled, sources="live"), Archive(filled.folder.archive))
