import gzip
import resource
from datetime import UTC, date, datetime

import pytest

from ingest.http.messages import Payload
from ingest.storage.archive import Archive
from ingest.storage.archive_records import ArchiveDamaged, LandingEntry

WHEN = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "archive")


def _payload(body=b"some bytes", source="fred:DGS10"):
    return Payload(source, "https://h/x?id=DGS10", 200, {"etag": "1"}, WHEN, body, date(2026, 1, 2))


def test_what_is_kept_is_read_back(archive):
    payload = _payload()
    archive.keep(payload)
    assert archive.read(payload.sha256) == payload.body


def test_the_ledger_has_one_line_a_response_and_the_object_exists_once(archive):
    archive.keep(_payload())
    archive.keep(_payload())
    entries = archive.entries()
    assert len(entries) == 2
    assert len(list(archive.root.rglob("*.gz"))) == 1
    assert (entries[0].source, entries[0].fetched_at, entries[0].requested_date) == (
        "fred:DGS10",
        WHEN,
        date(2026, 1, 2),
    )
    assert (entries[0].size, entries[0].headers) == (10, {"etag": "1"})


def test_an_empty_archive_has_no_entries(archive):
    assert archive.entries() == []
    assert archive.landings() == []


def test_an_altered_document_is_detected(archive):
    payload = _payload()
    archive.keep(payload)
    (path,) = archive.root.rglob("*.gz")
    path.write_bytes(gzip.compress(b"other bytes"))
    with pytest.raises(ArchiveDamaged, match="altered"):
        archive.read(payload.sha256)


def test_a_cut_or_missing_document_is_detected(archive):
    payload = _payload(b"x" * 1000)
    archive.keep(payload)
    (path,) = archive.root.rglob("*.gz")
    path.write_bytes(path.read_bytes()[:-6])
    with pytest.raises(ArchiveDamaged, match="cannot be read"):
        archive.read(payload.sha256)
    path.unlink()
    with pytest.raises(ArchiveDamaged, match="no document"):
        archive.read(payload.sha256)


def test_half_a_last_line_after_a_crash_is_passed_over(archive):
    archive.keep(_payload())
    with (archive.root / "ledger.jsonl").open("a") as file:
        file.write('{"source": "fred:DG')
    assert len(archive.entries()) == 1
    archive.keep(_payload(b"of the next run"))
    assert [entry.size for entry in archive.entries()] == [len(_payload().body), len(b"of the next run")]


def test_a_full_disk_leaves_no_half_line(archive):
    """The limit on a file's size stands in for the disk: the write that meets it stores what still fits."""
    archive.keep(_payload())
    ledger = archive.root / "ledger.jsonl"
    before = ledger.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            archive.keep(_payload(b"x"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert ledger.read_bytes() == before
    archive.keep(_payload(b"x"))
    assert len(archive.entries()) == 2
    assert not list(archive.root.rglob("*.part"))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('{"source"', 'nonsense\n{"source"', r"ledger.jsonl, line 1: invalid JSON"),
        ('"size":10', '"size":"many"', r"ledger.jsonl, line 1: column size is 'many': input should be a valid integer"),
        ('"sha256"', '"sha1"', r"ledger.jsonl, line 1: column sha256 is missing"),
    ],
)
def test_a_line_that_is_no_record_is_damage(archive, old, new, problem):
    archive.keep(_payload())
    ledger = archive.root / "ledger.jsonl"
    ledger.write_text(ledger.read_text().replace(old, new))
    with pytest.raises(ArchiveDamaged, match=problem):
        archive.entries()


def test_records_of_version_0_1_are_read(archive):
    archive.root.mkdir()
    (archive.root / "ledger.jsonl").write_text(
        '{"source": "fred:DGS10", "url": "https://h/x", "status": 200, "headers": {"etag": "1"}, '
        '"fetched_at": "2026-01-05T14:00:00+00:00", "sha256": "ab", "size": 10, "requested_date": "2026-01-02"}\n'
    )
    (archive.root / "landings.jsonl").write_text(
        '{"table": "cboe__vix", "source": "cboe:VIX", "knowledge_ts": "2026-01-05T14:00:00+00:00", "landing_id": 7, '
        '"sha256": null, "url": "", "since": null, "until": null, "rows": [{"is_published": false, "n": 1.5}]}\n'
    )
    (received,) = archive.entries()
    assert (received.fetched_at, received.requested_date) == (WHEN, date(2026, 1, 2))
    rows = [{"is_published": False, "n": 1.5}]
    assert archive.landings() == [LandingEntry("cboe__vix", "cboe:VIX", WHEN, 7, rows=rows)]


def test_landings_are_read_as_recorded(archive):
    entry = LandingEntry(
        table="cboe__vix",
        source="cboe:VIX",
        knowledge_ts=WHEN,
        landing_id=7,
        sha256="ab",
        url="https://h/x",
        since=date(2007, 1, 1),
        until=date(2026, 1, 5),
    )
    archive.record_landing(entry)
    assert archive.landings() == [entry]
