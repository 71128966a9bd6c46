"""A server with scripted replies, documents to parse, and where the real files are."""

from pathlib import Path

import pytest

from ingest.http.messages import Payload
from tests.support.homes import PROJECT
from tests.support.http_server import Script, serving
from tests.support.settings import NOW, settings  # noqa: F401

REAL = PROJECT.parent / "shared" / "real"


@pytest.fixture
def server():
    with serving(Script()) as script:
        yield script


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
