"""A server with scripted replies, documents to parse, and where the real files are."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.http.messages import Payload
from ingest.settings import Settings
from tests.support.homes import PROJECT
from tests.support.http_server import Script, serving

NOW = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
REAL = PROJECT.parent / "shared" / "real"


@pytest.fixture
def server():
    with serving(Script()) as script:
        yield script


@pytest.fixture
def settings(tmp_path):
    """A mirror that nobody runs, in a folder of its own, on a Monday morning."""
    return Settings(home=tmp_path / "home", sources="http://127.0.0.1:9", pretend_now=NOW)


@pytest.fixture
def payload():
    def make(source, body, fetched_at=NOW):
        data = body.encode() if isinstance(body, str) else body
        return Payload(source, "https://example.org/document", 200, {}, fetched_at, data)

    return make


@pytest.fixture
def real_file():
    """The folder of real files; nothing of it is copied into the project."""

    def find(relative):
        return REAL / relative

    return find


@pytest.fixture
def contents(real_file):
    import gzip

    def read(relative):
        path: Path = real_file(relative)
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data

    return read
