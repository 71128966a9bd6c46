"""A server on this machine that sends what a test says, in good manner or bad."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol, TypeVar


@dataclass(frozen=True)
class Reply:
    """What goes out; `manner` is how."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    manner: str = "whole"


class Source(Protocol):
    """What stands behind the server: a reply for each path."""

    url: str

    def reply(self, path: str, agent: str) -> Reply: ...


class Script:
    """Replies in order, the last one for every later request; records paths and user agents."""

    def __init__(self) -> None:
        self.replies = [Reply(b"observation_date,DGS10\n2026-01-02,4.1\n")]
        self.paths: list[str] = []
        self.agents: list[str] = []
        self.url = ""

    def reply(self, path: str, agent: str) -> Reply:
        self.paths.append(path)
        self.agents.append(agent)
        return self.next()

    def next(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # a body goes out after its header at once, not when the header was acknowledged: 40 ms a reply
    disable_nagle_algorithm = True
    source: Source

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        reply = self.source.reply(self.path, self.headers["User-Agent"])
        if reply.manner == "reset":
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        if reply.manner == "hang":
            time.sleep(1)
            self.close_connection = True
            return
        self.send_response(302 if reply.manner == "redirect" else reply.status)
        extra = {"Location": self.path} if reply.manner == "redirect" else {}
        length = 2**31 if reply.manner == "endless" else len(reply.body)
        for name, value in {"Content-Length": str(length), **reply.headers, **extra}.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = reply.manner != "whole"
        try:
            for chunk in _chunks(reply):
                self.wfile.write(chunk)
        except OSError:
            self.close_connection = True


def _chunks(reply: Reply) -> Iterator[bytes]:
    if reply.manner == "cut":
        yield reply.body[: len(reply.body) * 2 // 3]
    elif reply.manner == "drip":
        for at in range(0, len(reply.body), 20):
            yield reply.body[at : at + 20]
            time.sleep(0.05)
    elif reply.manner == "endless":
        for _ in range(2**11):
            yield b"0" * 2**20
    else:
        yield reply.body


Served = TypeVar("Served", bound=Source)


@contextmanager
def serving(source: Served) -> Iterator[Served]:
    """Answer on a port of this machine while the block runs; `source.url` is where."""
    handler = type("Handler", (_Handler,), {"source": source})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    http.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    source.url = f"http://127.0.0.1:{http.server_address[1]}"
    try:
        yield source
    finally:
        http.shutdown()
        http.server_close()
