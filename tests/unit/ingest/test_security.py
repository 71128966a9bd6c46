"""Keys stay with the publisher, documents decide nothing but rows, and nothing read is ever executed."""

import ast
import gzip
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
import requests

from ingest.errors import UnexpectedPayload
from ingest.http.client import Transport
from ingest.http.limits import Limits
from ingest.parsing.xml import parse_xml
from ingest.pipeline.collect import collect
from ingest.registry.raw_tables import FRED_OBSERVATIONS, TABLES
from ingest.registry.seeds import Catalog
from ingest.settings import SAMPLE_NOW, Settings
from ingest.sources import cboe, fred, ishares_holdings_file
from ingest.sources.base import Plan
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from ingest.storage.warehouse import WarehouseDates
from tests.support.faults import fault_server
from tests.support.homes import PROJECT
from tests.support.http_server import Reply

FRED_KEY, EIA_KEY = "f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0", "e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1"
CODE = [*(PROJECT / "ingest").rglob("*.py"), *(PROJECT / "orchestration").rglob("*.py")]
SHORT = Limits(connect=1, read=0.2, whole=0.3, attempts=1, backoff=0, budget=5)


def everything_written(home: Path) -> bytes:
    """Every byte under a data folder, archived documents unpacked."""
    found = b""
    for path in home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += gzip.decompress(data) if path.suffix == ".gz" else data
    return found


@pytest.mark.parametrize("manner", ["reset", "hang", "whole", "redirect"])
def test_keys_are_in_no_ledger_archive_table_or_message(tmp_path, monkeypatch, manner):
    with fault_server(tmp_path / "market") as world:
        settings = Settings(
            home=tmp_path / "home", sources="live", pretend_now=SAMPLE_NOW, fred_api_key=FRED_KEY, eia_api_key=EIA_KEY
        )
        catalog, archive = Catalog.load(), Archive(settings.folder.archive)
        plan = Plan.of(settings, catalog, funds=["IEF"], since=date(2026, 5, 1))
        task = next(
            q for q in fred.fetch_tasks(plan, catalog, WarehouseDates(settings)) if q.source == "fred:DCOILWTICO"
        )
        assert len(task.alternatives) == 2
        transport = Transport(settings, catalog, limits=SHORT, sleep=lambda _: None)
        sent = []
        get = requests.Session.get

        def to_this_machine(self, url, **options):
            sent.append(url)
            return get(self, url.replace("https:/", world.url), **options)

        monkeypatch.setattr(requests.Session, "get", to_this_machine)
        refusal = Reply(b"the key is refused: not valid", 400, manner=manner)
        world.good = lambda path: refusal
        (check,) = collect(FRED_OBSERVATIONS, [task], settings=settings, transport=transport, archive=archive)
    assert check.outcome == "refused"
    assert any(FRED_KEY in url for url in sent)
    assert any(EIA_KEY in url for url in sent)
    written = everything_written(settings.home) + repr((check, settings, task, plan)).encode()
    assert FRED_KEY.encode() not in written
    assert EIA_KEY.encode() not in written


def test_keys_are_sent_to_the_publisher_alone(tmp_path):
    settings = Settings(home=tmp_path, sources="http://127.0.0.1:9", fred_api_key=FRED_KEY, eia_api_key=EIA_KEY)
    plan = Plan.of(replace(settings, pretend_now=SAMPLE_NOW), Catalog.load())
    assert all(not q.alternatives for q in fred.fetch_tasks(plan, Catalog.load(), WarehouseDates(settings)))


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>',
        '<?xml version="1.0"?><!DOCTYPE l SYSTEM "file:///etc/passwd"><l/>',
        '<l><![CDATA[x]]><!ENTITY a "b"></l>',
    ],
)
def test_entities_and_document_types_are_refused(bomb):
    with pytest.raises(UnexpectedPayload, match=r"refused|no well-formed XML"):
        parse_xml(bomb.encode(), "a document")


def test_a_deeply_nested_document_is_an_outcome_not_a_crash():
    with pytest.raises(UnexpectedPayload):
        parse_xml(b"<a>" * 50_000, "a document")


def test_a_compressed_flood_is_cut_off(tmp_path):
    with fault_server(tmp_path / "market") as world:
        flood = gzip.compress(b"0" * (8 * 2**20))
        world.good = lambda path: Reply(flood, headers={"Content-Encoding": "gzip"})
        settings = Settings(home=tmp_path / "home", sources=world.url, pretend_now=SAMPLE_NOW)
        catalog, archive = Catalog.load(), Archive(settings.folder.archive)
        plan = Plan.of(settings, catalog, funds=["IEF"], since=date(2026, 5, 1))
        transport = Transport(settings, catalog, limits=replace(SHORT, body=2**20), sleep=lambda _: None)
        (check,) = collect(
            TABLES["cboe__vix"],
            cboe.fetch_tasks(plan, catalog, WarehouseDates(settings)),
            settings=settings,
            transport=transport,
            archive=archive,
        )
    assert check.outcome == "refused"
    assert "cut off" in check.detail


def test_a_document_never_decides_a_path(tmp_path, payload):
    body = SAMPLE_HOLDINGS.replace("BOND A", "../../../../etc/passwd").encode()
    settings = Settings(home=tmp_path / "home", sources="live", pretend_now=SAMPLE_NOW)
    archive = Archive(settings.folder.archive)
    document = replace(payload("holdings:../../IEF", body), url="https://example.org/../../x")
    ishares_holdings_file.parse_file(body, "IEF")
    archive.keep(document)
    paths = [str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()]
    name = re.compile(r"home/archive/(ledger\.jsonl|objects/[0-9a-f]{2}/[0-9a-f]{64}\.gz)")
    assert len(paths) == 2
    assert all(name.fullmatch(p) for p in paths)


SAMPLE_HOLDINGS = (
    'iShares 7-10 Year Treasury Bond ETF\nFund Holdings as of,"Jun 30, 2026"\nShares Outstanding,"1.00"\n\n'
    "Name,Sector,Asset Class,Market Value,Weight (%),Par Value,CUSIP,Price\n"
    '"BOND A","Treasuries","Fixed Income","1.0","100.00","1.00","912810UK2","1.00"\n\n'
)


def test_names_in_a_document_are_values_never_sql(tmp_path, payload):
    settings = Settings(home=tmp_path, sources="live", pretend_now=SAMPLE_NOW)
    evil = "x'); drop table raw.cboe__vix; --"
    body = SAMPLE_HOLDINGS.replace("BOND A", evil).encode()
    frame = ishares_holdings_file.parse_file(body, "IEF")
    from ingest.pipeline.load import land

    with warehouse.connect(settings) as con:
        land(con, TABLES["ishares__holdings"], frame, knowledge_ts=SAMPLE_NOW, payload_sha256=None)
        assert con.execute("select name from raw.ishares__holdings").fetchall() == [(evil,)]
        assert con.execute("select count(*) from raw.cboe__vix").fetchall() == [(0,)]


def test_nothing_is_unpickled_evaluated_or_run_in_a_shell():
    for path in CODE:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = {a.name.split(".")[0] for a in node.names} | {(getattr(node, "module", "") or "").split(".")[0]}
                assert not names & {"pickle", "marshal", "shelve", "dill"}, path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec", "compile", "__import__"}, path
            if isinstance(node, ast.keyword):
                is_true = isinstance(node.value, ast.Constant) and node.value.value is True
                assert not (node.arg == "shell" and is_true), path
                is_false = isinstance(node.value, ast.Constant) and node.value.value is False
                assert not (node.arg == "verify" and is_false), f"certificates are checked everywhere: {path}"


def test_certificates_are_checked(tmp_path):
    transport = Transport(Settings(home=tmp_path, sources="live"))
    assert transport._session.verify is True


def test_a_release_opens_read_only(tmp_path):
    from orchestration.publishing import release

    made = tmp_path / "made.duckdb"
    with duckdb.connect(str(made)) as con:
        con.execute("create schema marts")
        con.execute("create table marts.t as select 1 as one")
    with release.staging_folder(tmp_path / "releases", "r-0001") as folder:
        tables = release.write_tables(made, folder)
        release.write_manifest(folder, tables, {"release_id": "r-0001"})
        published = release.activate(folder, tmp_path / "releases", "r-0001", tmp_path / "current")
    assert all(p.stat().st_mode & 0o222 == 0 for p in published.path.rglob("*") if p.is_file())
    with duckdb.connect(str(published.database), read_only=True) as con, pytest.raises(duckdb.Error):
        con.execute("insert into marts.t values (2)")
