"""One HTTP session for every source: user agent, time-outs, retries, size and time budgets.

The same code requests from the live hosts, a mirror ("https://HOST/PATH" becomes "BASE/HOST/PATH") and
the simulated market (an adapter mounted behind the same URLs). It judges only whether an answer
arrived whole and is no web page in disguise; what the bytes mean is the parsers' business.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception
from urllib3.exceptions import HTTPError

from ingest.errors import SourceRefused, SourceRejected
from ingest.http.messages import Payload, Request, looks_like_html, preview
from ingest.registry.seeds import Catalog
from ingest.settings import DEFAULT_USER_AGENT, Settings

KEPT_HEADERS = ("content-type", "content-length", "content-encoding", "date", "last-modified", "etag", "retry-after")
# Statuses that mean "try again later"; every other 4xx means that the request itself is wrong.
RETRIED_STATUSES = frozenset({403, 408, 425, 429})
BOT_NOTICES = (b"too many requests", b"edge: too many requests", b"access denied")


@dataclass(frozen=True)
class Limits:
    """How long and how much a source may take; seconds and bytes.

    A graph of FRED may need 20 s to its first byte, so reading waits longer than connecting. The budget
    caps what one endpoint may waste in one run: a source that hangs costs a minute, not a minute a task.
    """

    connect: float = 6
    read: float = 45
    whole: float = 50
    body: int = 32 * 2**20
    attempts: int = 3
    backoff: float = 1
    longest_wait: float = 30
    budget: float = 60
    pace: float = 1
    issuer_pace: float = 2


class RefusedAnswer(SourceRefused):
    """A refusal that came as a document: kept, so that what was sent instead can be looked at."""

    def __init__(self, message: str, payload: Payload):
        super().__init__(message)
        self.payload = payload


class _Retry(Exception):
    def __init__(self, reason: str, wait: float = 0, payload: Payload | None = None):
        super().__init__(reason)
        self.reason, self.wait, self.payload = reason, wait, payload


@dataclass
class _Endpoint:
    """What this run already knows of an endpoint: time wasted on it, and refusals since its last answer."""

    wasted: float = 0
    refusals: int = 0

    @property
    def is_down(self) -> bool:
        return self.refusals > 0

    def waste(self, seconds: float) -> None:
        self.wasted += seconds


class Transport:
    """Sends requests to sources; one instance serves a run, so that budgets and pacing span its requests."""

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog | None = None,
        *,
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self.settings = settings
        self.limits = limits or Limits()
        self.bytes_received = 0  # of documents, as they came; what a run reports of its traffic
        self._sleep = sleep
        self._endpoints: dict[str, _Endpoint] = {}
        self._last_asked: dict[str, float] = {}
        self._session = requests.Session()
        if settings.is_simulated:
            # imported here only: the simulated market costs memory and start-up time that other runs do not need
            from ingest.simulation.adapter import SimulatedMarketAdapter

            self._session.mount("https://", SimulatedMarketAdapter(settings, catalog or Catalog.load()))
        elif settings.sources_mode == "mirror" and _is_loopback(settings.sources):
            self._session.trust_env = False  # a proxy does not know this machine's own servers

    def get(self, request: Request) -> Payload:
        """Send one request, with retries within the limits.

        Raises:
            SourceRefused: blocked, rate-limited, slow, broken off or down, for as long as the budget lasted.
            SourceRejected: the source rejects the request; a retry would not help.
        """
        endpoint = self._endpoints.setdefault(request.endpoint or request.publisher, _Endpoint())
        if endpoint.wasted >= self.limits.budget:
            endpoint.refusals += 1
            raise SourceRefused(
                f"{request.source}: not requested, {request.publisher} already used up its {self.limits.budget:.0f} s "
                "of this run; try again later"
            )
        attempts = 1 if endpoint.is_down else self.limits.attempts
        retrying = Retrying(
            retry=retry_if_exception(self._is_worth_a_retry),
            wait=self._wait_s,
            stop=lambda state: (
                state.attempt_number >= attempts or endpoint.wasted + state.upcoming_sleep > self.limits.budget
            ),
            before_sleep=lambda state: endpoint.waste(state.upcoming_sleep),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            payload = retrying(self._timed_attempt, request, endpoint)
        except _Retry as retry:
            endpoint.refusals += 1
            raise self._refusal(request, retry, retrying.statistics["attempt_number"]) from None
        endpoint.refusals = 0
        self.bytes_received += len(payload.body)
        return payload

    def _is_worth_a_retry(self, error: BaseException) -> bool:
        return isinstance(error, _Retry) and error.wait <= self.limits.longest_wait

    def _wait_s(self, state: RetryCallState) -> float:
        """Seconds until the next attempt: what the source states, at least twice the last wait."""
        error = state.outcome.exception() if state.outcome else None
        requested = error.wait if isinstance(error, _Retry) else 0
        backoff: float = self.limits.backoff * 2 ** (state.attempt_number - 1)
        return max(requested, backoff)

    def _timed_attempt(self, request: Request, endpoint: _Endpoint) -> Payload:
        self._keep_pace(request)
        started = time.monotonic()
        try:
            return self._attempt(request, self.limits.budget - endpoint.wasted)
        except _Retry:
            endpoint.waste(time.monotonic() - started)
            raise

    def refused_in_a_row(self, request: Request) -> int:
        """How many requests the endpoint of `request` has refused since its last response."""
        endpoint = self._endpoints.get(request.endpoint or request.publisher)
        return endpoint.refusals if endpoint else 0

    def _refusal(self, request: Request, retry: _Retry, attempt: int) -> SourceRefused:
        is_mirror = self.settings.sources_mode == "mirror"
        hint = "; is it running?" if is_mirror and "connection failed" in retry.reason else ""
        hint += f"; it requires a wait of {retry.wait:.0f} s" if retry.wait > self.limits.longest_wait else ""
        times = "once" if attempt == 1 else f"{attempt} times"
        text = f"{request.source}: {retry.reason}{hint} (requested {times}: {request.public_url})"
        return RefusedAnswer(text, retry.payload) if retry.payload else SourceRefused(text)

    def _keep_pace(self, request: Request) -> None:
        if self.settings.sources == "live":
            is_issuer = request.host.endswith(("blackrock.com", "ishares.com"))
            pace = self.limits.issuer_pace if is_issuer else self.limits.pace
            early = self._last_asked.get(request.host, float("-inf")) + pace - time.monotonic()
            if early > 0:
                self._sleep(early)
        self._last_asked[request.host] = time.monotonic()

    def _attempt(self, request: Request, patience: float) -> Payload:
        limits = self.limits
        deadline = time.monotonic() + min(limits.whole, max(patience, limits.connect))
        timeout = (limits.connect, min(limits.read, max(patience, limits.connect)))
        try:
            # Only live hosts may redirect: elsewhere it could lead from a mirror to the real network.
            with self._session.get(
                self._asked_url(request),
                headers={"User-Agent": self._agent(request), "Accept": "*/*"},
                timeout=timeout,
                stream=True,
                allow_redirects=self.settings.sources == "live",
            ) as response:
                return self._received(request, response, deadline)
        except requests.TooManyRedirects:
            raise _Retry("it redirects in a circle") from None
        except requests.Timeout:
            raise _Retry(f"no answer within {timeout[1]:.0f} s") from None
        except requests.ConnectionError:
            host = self.settings.sources if self.settings.sources_mode == "mirror" else request.host
            raise _Retry(f"no answer from {host}: the connection failed or was reset") from None
        except (requests.RequestException, HTTPError, OSError) as error:
            # never the error's own text: it quotes the full URL, keys included
            raise _Retry(f"the answer broke off ({type(error).__name__})") from None

    def _received(self, request: Request, response: requests.Response, deadline: float) -> Payload:
        status = response.status_code
        if status == 200:
            payload = self._payload(request, response, b"".join(self._chunks(response, deadline)))
            return self._judged(payload)
        if status in RETRIED_STATUSES or status >= 500:
            raise _Retry(f"answered with status {status}", wait=_retry_after(response))
        if 300 <= status < 400:
            raise _Retry(f"answered with a redirect (status {status})")
        said = b"".join(self._chunks(response, deadline))
        raise SourceRejected(
            f"{request.source}: rejected with status {status}, it will not be requested again: {preview(said)} "
            f"({request.public_url})"
        )

    def _chunks(self, response: requests.Response, deadline: float) -> Iterator[bytes]:
        size = 0
        # read1 hands over what has come; read() would wait for a full block while a slow sender drips
        read: Any = getattr(response.raw, "read1", None)
        arguments = {"decode_content": True} if hasattr(response.raw, "decode_content") else {}
        while True:
            chunk = read(65536, **arguments) if read else response.raw.read(65536)
            if not chunk:
                return
            size += len(chunk)
            if size > self.limits.body:
                raise _Retry(f"sent more than {self.limits.body // 2**20} MB and was cut off")
            if time.monotonic() > deadline:
                raise _Retry(f"too slow: {size} bytes in {self.limits.whole:.0f} s")
            yield chunk

    def _payload(self, request: Request, response: requests.Response, body: bytes) -> Payload:
        return Payload(
            source=request.source,
            url=request.public_url,
            status=response.status_code,
            headers={k: response.headers[k] for k in KEPT_HEADERS if k in response.headers},
            fetched_at=self.settings.now(),
            body=body,
            requested_date=request.requested_date,
        )

    def _judged(self, payload: Payload) -> Payload:
        if not payload.body.strip(b"\xef\xbb\xbf \t\r\n"):
            raise _Retry("sent an empty document")
        if looks_like_html(payload.body):
            raise _Retry(f"sent a web page instead of data: {preview(payload.body)}", payload=payload)
        if len(payload.body) < 200 and payload.body.strip().lower().startswith(BOT_NOTICES):
            raise _Retry(f"sent a notice instead of data: {preview(payload.body)}", payload=payload)
        return payload

    def _asked_url(self, request: Request) -> str:
        url = request.url
        if self.settings.sources_mode == "mirror":
            url = f"{self.settings.sources}/{url.removeprefix('https://')}"
        # keys go to the publisher only, never to a mirror of it
        secret = request.secret if self.settings.sources == "live" else {}
        query = urlencode({**request.params, **secret}, quote_via=quote)
        return f"{url}?{query}" if query else url

    def _agent(self, request: Request) -> str:
        agent = self.settings.user_agent
        if agent == DEFAULT_USER_AGENT and request.host.endswith("yahoo.com"):
            # Yahoo answers 429 to agents that do not begin so; FRED lets those wait. Hence one host only.
            return f"Mozilla/5.0 (compatible; {agent})"
        return agent


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


def _retry_after(response: requests.Response) -> float:
    """Seconds in Retry-After, which is a number or a date; 0 when absent or unreadable."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text)
    try:
        seconds: float = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return 0
    return max(0.0, seconds)
