"""Receive one response: its status, its body within the limits, and whether the body can be data at all.

What the bytes mean is decided by the parsers.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from ingest.errors import NothingYet, SourceRejected
from ingest.http.limits import Limits
from ingest.http.messages import Payload, Request, looks_like_html, preview

KEPT_HEADERS = ("content-type", "content-length", "content-encoding", "date", "last-modified", "etag", "retry-after")
# Statuses that mean "try again later"; every other 4xx means that the request itself is wrong.
RETRIED_STATUSES = frozenset({403, 408, 425, 429})
BOT_NOTICES = (b"too many requests", b"edge: too many requests", b"access denied")


class TransientFailure(Exception):
    """A request that may succeed when repeated, after `wait_s` seconds where the source says so."""

    def __init__(self, reason: str, wait_s: float = 0, payload: Payload | None = None):
        super().__init__(reason)
        self.reason, self.wait_s, self.payload = reason, wait_s, payload


def receive(
    request: Request, response: requests.Response, *, deadline: float, limits: Limits, now: Callable[[], datetime]
) -> Payload:
    """The document of a streamed response.

    Args:
        request: what was requested.
        response: opened with `stream=True`.
        deadline: moment of `time.monotonic` by which the body must be complete.
        limits: size of a body.
        now: the clock of the run, read when the body is complete; UTC.

    Raises:
        TransientFailure: a status, a body or a speed that may pass.
        SourceRejected: a status that says the request is wrong.
        NothingYet: the publisher says that it has no such item (`Request.absent_status`).
    """
    status = response.status_code
    if status == request.absent_status:
        raise NothingYet(f"{request.source}: not listed by the publisher (status {status}, {request.public_url})")
    if status in RETRIED_STATUSES or status >= 500:
        raise TransientFailure(f"status {status}", wait_s=_retry_after_s(response))
    if 300 <= status < 400:
        raise TransientFailure(f"redirected (status {status})")
    body = b"".join(_chunks(response, deadline, limits))
    if status != 200:
        raise SourceRejected(
            f"{request.source}: rejected with status {status}, it will not be requested again: {preview(body)} "
            f"({request.public_url})"
        )
    payload = Payload(
        source=request.source,
        url=request.public_url,
        status=status,
        headers={k: response.headers[k] for k in KEPT_HEADERS if k in response.headers},
        fetched_at=now(),
        body=body,
        requested_date=request.requested_date,
    )
    _check_body(payload)
    return payload


def _chunks(response: requests.Response, deadline: float, limits: Limits) -> Iterator[bytes]:
    size = 0
    # read1 returns what has arrived; read() would wait for a full block from a slow sender
    read: Any = getattr(response.raw, "read1", None)
    arguments = {"decode_content": True} if hasattr(response.raw, "decode_content") else {}
    while chunk := read(65536, **arguments) if read else response.raw.read(65536):
        size += len(chunk)
        if size > limits.body:
            raise TransientFailure(f"sent more than {limits.body // 2**20} MB and was cut off")
        if time.monotonic() > deadline:
            raise TransientFailure(f"too slow: {size} bytes in {limits.whole:.0f} s")
        yield chunk


def _check_body(payload: Payload) -> None:
    if not payload.body.strip(b"\xef\xbb\xbf \t\r\n"):
        raise TransientFailure("sent an empty document")
    if looks_like_html(payload.body):
        raise TransientFailure(f"sent a web page instead of data: {preview(payload.body)}", payload=payload)
    if len(payload.body) < 200 and payload.body.strip().lower().startswith(BOT_NOTICES):
        raise TransientFailure(f"sent a notice instead of data: {preview(payload.body)}", payload=payload)


def _retry_after_s(response: requests.Response) -> float:
    """Seconds in Retry-After, which is a number or a date; 0 when absent or unreadable."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text)
    try:
        seconds: float = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return 0
    return max(0.0, seconds)
