"""A loopback server with a script of answers, documents to parse, and where the real files lie."""

import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ingest.http.messages import Payload
from ingest.settings import Settings
from tests.support.homes import PROJECT

NOW = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
REAL = PROJECT.parent / "shared" / "real"


@dataclass
class Answer:
    status: int = 200
    body: bytes = b"observation_date,DGS10\n2026-01-02,4.1\n"
    headers: dict = field(default_factory=dict)
    claimed: int | None = None
    fault: str = ""


class Script:
    """Answers in order, the last one for ever; remembers what was asked."""

    def __init__(self):
        self.answers = [Answer()]
        self.paths = []
        self.agents = []
        self.url = ""

    def next(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.script.paths.append(self.path)
        self.script.agents.append(self.headers["User-Agent"])
        answer = self.script.next()
        if answer.fault == "reset":
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        if answer.fault == "hang":
            time.sleep(1)
            self.close_connection = True
            return
        self.send_response(answer.status)
        claimed = len(answer.body) if answer.claimed is None else answer.claimed
        for name, value in {"Content-Length": str(claimed), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self._send(answer)

    def _send(self, answer):
        step = 20 if answer.fault == "drip" else len(answer.body) or 1
        try:
            for at in range(0, len(answer.body), step):
                self.wfile.write(answer.body[at : at + step])
                time.sleep(0.03 if answer.fault == "drip" else 0)
        except OSError:
            pass
        if answer.claimed is not None or answer.fault:
            self.close_connection = True


@pytest.fixture
def server():
    script = Script()
    handler = type("Handler", (_Handler,), {"script": script})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    http.handle_error = lambda *_: None  # clients that hang up are what is being tested
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{http.server_address[1]}"
    yield script
    http.shutdown()
    http.server_close()


@pytest.fixture
def answer():
    return Answer


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
def real():
    """The folder of real files; nothing of it is copied into the project."""

    def find(relative):
        path = REAL / relative
        if not path.exists():
            pytest.skip(f"needs the real file {relative}, which is not part of the project")
        return path

    return find


@pytest.fixture
def contents(real):
    import gzip

    def read(relative):
        path: Path = real(relative)
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data

    return read
