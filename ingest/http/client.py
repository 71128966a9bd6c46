"""One HTTP session for every source: user agent, time-outs, retries, pace and time budgets.

The same code requests from the live hosts, a mirror ("https://HOST/PATH" becomes "BASE/HOST/PATH") and
the simulated market (an adapter mounted behind the same URLs).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception
from urllib3.exceptions import HTTPError

from ingest.errors import SourceRefused
from ingest.http.limits import Limits
from ingest.http.messages import Payload, Request
from ingest.http.receive import TransientFailure, receive
from ingest.registry.seeds import Catalog
from ingest.settings import DEFAULT_USER_AGENT, Settings


class RefusedWithDocument(SourceRefused):
    """A refusal that came as a document, e.g. a page of a bot wall: archived, so that it can be looked at."""

    def __init__(self, message: str, payload: Payload):
        super().__init__(message)
        self.payload = payload


@dataclass
class _Endpoint:
    """What this run already knows of an endpoint: time wasted on it, and refusals since its last response."""

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
        self.bytes_received = 0  # of documents, before compression
        self._sleep = sleep
        self._endpoints: dict[str, _Endpoint] = {}
        self._last_request_s: dict[str, float] = {}
        self._session = requests.Session()
        if settings.is_simulated:
            # imported here only: the simulated market costs memory and start-up time that other runs do not need
            from ingest.simulation.adapter import SimulatedMarketAdapter

            self._session.mount("https://", SimulatedMarketAdapter(settings, catalog or Catalog.load()))
        elif settings.sources_mode == "mirror" and _is_loopback(settings.sources):
            self._session.trust_env = False  # a proxy cannot reach servers of this machine

    def get(self, request: Request) -> Payload:
        """Send one request, with retries within the limits.

        Raises:
            SourceRefused: blocked, rate-limited, slow, broken off or down, for as long as the budget lasted.
            SourceRejected: the source rejects the request; a retry would not help.
            NothingYet: the publisher says that it has no such item (`Request.absent_status`).
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
        except TransientFailure as retry:
            endpoint.refusals += 1
            raise self._refusal(request, retry, retrying.statistics["attempt_number"]) from None
        endpoint.refusals = 0
        self.bytes_received += len(payload.body)
        return payload

    def _is_worth_a_retry(self, error: BaseException) -> bool:
        return isinstance(error, TransientFailure) and error.wait_s <= self.limits.longest_wait

    def _wait_s(self, state: RetryCallState) -> float:
        """Seconds until the next attempt: what the source states, at least twice the last wait."""
        error = state.outcome.exception() if state.outcome else None
        requested = error.wait_s if isinstance(error, TransientFailure) else 0
        backoff: float = self.limits.backoff * 2 ** (state.attempt_number - 1)
        return max(requested, backoff)

    def _timed_attempt(self, request: Request, endpoint: _Endpoint) -> Payload:
        self._keep_pace(request)
        started = time.monotonic()
        try:
            return self._attempt(request, self.limits.budget - endpoint.wasted)
        except TransientFailure:
            endpoint.waste(time.monotonic() - started)
            raise

    def refused_in_a_row(self, request: Request) -> int:
        """How many requests the endpoint of `request` has refused since its last response."""
        endpoint = self._endpoints.get(request.endpoint or request.publisher)
        return endpoint.refusals if endpoint else 0

    def _refusal(self, request: Request, retry: TransientFailure, attempt: int) -> SourceRefused:
        is_mirror = self.settings.sources_mode == "mirror"
        hint = "; is it running?" if is_mirror and "connection failed" in retry.reason else ""
        hint += f"; it requires a wait of {retry.wait_s:.0f} s" if retry.wait_s > self.limits.longest_wait else ""
        times = "once" if attempt == 1 else f"{attempt} times"
        text = f"{request.source}: {retry.reason}{hint} (requested {times}: {request.public_url})"
        return RefusedWithDocument(text, retry.payload) if retry.payload else SourceRefused(text)

    def _keep_pace(self, request: Request) -> None:
        if self.settings.sources == "live":
            is_issuer = request.host.endswith(("blackrock.com", "ishares.com"))
            pace = self.limits.issuer_pace if is_issuer else self.limits.pace
            early = self._last_request_s.get(request.host, float("-inf")) + pace - time.monotonic()
            if early > 0:
                self._sleep(early)
        self._last_request_s[request.host] = time.monotonic()

    def _attempt(self, request: Request, patience: float) -> Payload:
        limits = self.limits
        deadline = time.monotonic() + min(limits.whole, max(patience, limits.connect))
        timeout = (limits.connect, min(limits.read, max(patience, limits.connect)))
        try:
            # Only live hosts may redirect: elsewhere it could lead from a mirror to the real network.
            with self._session.get(
                self._url(request),
                headers={"User-Agent": self._agent(request), "Accept": "*/*"},
                timeout=timeout,
                stream=True,
                allow_redirects=self.settings.sources == "live",
            ) as response:
                return receive(request, response, deadline=deadline, limits=limits, now=self.settings.now)
        except requests.TooManyRedirects:
            raise TransientFailure("redirects in a circle") from None
        except requests.Timeout:
            raise TransientFailure(f"no response within {timeout[1]:.0f} s") from None
        except requests.ConnectionError:
            host = self.settings.sources if self.settings.sources_mode == "mirror" else request.host
            raise TransientFailure(f"no response from {host}: the connection failed or was reset") from None
        except (requests.RequestException, HTTPError, OSError) as error:
            # never the error's own text: it quotes the full URL, keys included
            raise TransientFailure(f"the response broke off ({type(error).__name__})") from None

    def _url(self, request: Request) -> str:
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
            # Yahoo returns 429 to agents that start otherwise, and FRED delays agents that start so: one host only
            return f"Mozilla/5.0 (compatible; {agent})"
        return agent


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
