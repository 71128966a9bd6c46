"""What goes to a source and what comes back: a task, a document, and how to quote one safely."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from urllib.parse import quote, urlencode, urlsplit


@dataclass(frozen=True)
class Request:
    """One request to one source.

    `source` is publisher:item, e.g. fred:DGS10. Parameters in `secret` are sent and never recorded.
    `endpoint` names what shares a budget; the publisher unless an alternative deserves its own.
    `absent_status` is the status by which the publisher says that it has no such item.
    """

    source: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)
    requested_date: date | None = None
    endpoint: str = ""
    absent_status: int | None = None

    @property
    def publisher(self) -> str:
        """The part of `source` before the colon."""
        return self.source.partition(":")[0]

    @property
    def host(self) -> str:
        """Host of the request in live mode."""
        return urlsplit(self.url).hostname or ""

    @property
    def public_url(self) -> str:
        """The full URL without keys: what ledger, messages and reports show."""
        return f"{self.url}?{urlencode(self.params, quote_via=quote)}" if self.params else self.url


@dataclass(frozen=True)
class Payload:
    """One document as received, with the facts of its coming; `fetched_at` is UTC."""

    source: str
    url: str
    status: int
    headers: Mapping[str, str]
    fetched_at: datetime
    body: bytes = field(repr=False)
    requested_date: date | None = None

    @cached_property
    def sha256(self) -> str:
        """Hash of the body: its name in the archive."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def item(self) -> str:
        """What was requested of the publisher: the part of `source` after the colon."""
        return self.source.partition(":")[2]


def looks_like_html(body: bytes) -> bool:
    """True for a web page, whatever its headers claim: bot walls and retired URLs send status 200 and text/csv."""
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")[:500].lower()
    return start.startswith((b"<!doctype html", b"<html")) or b"<html" in start or b"<head>" in start


def preview(body: bytes | str, limit: int = 120) -> str:
    """The beginning of a document on one line, safe to put into a message."""
    text = body[: 4 * limit].decode("utf-8", "replace") if isinstance(body, bytes) else body
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return repr(text if len(text) <= limit else text[:limit] + "…")
