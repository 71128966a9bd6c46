"""Sources behind real HTTP, simulated or mirrored, and everything that was seen to go wrong with them."""

import random
import re
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ingest.settings import Settings
from ingest.simulation.adapter import SimulatedMarketAdapter
from tests.support.http_server import Reply, serving

HTML = b"<!DOCTYPE html>\n<html><head><title>Access Denied</title></head><body>Access Denied</body></html>\n" * 5


Fault = Callable[[Reply], Reply]


def saying(status: int, body: bytes = HTML, **headers: str) -> Fault:
    """Answer with a status whatever was asked."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Reply(body, status, named)


def in_manner(manner: str) -> Fault:
    return lambda good: Reply(good.body, good.status, good.headers, manner)


def body(change: Callable[[bytes], bytes]) -> Fault:
    """The correct reply with another body; a change that changes nothing is a mistake of the test."""

    def spoil(good: Reply) -> Reply:
        changed = change(good.body)
        assert changed != good.body, "the fault found nothing to spoil"
        return Reply(changed, good.status)

    return spoil


def swap(old: str, new: str, count: int = 0) -> Fault:
    """Regular expression for regular expression."""
    return body(lambda b: re.sub(old.encode(), new.encode(), b, count=count, flags=re.S))


ANY_SOURCE: dict[str, tuple[Fault, str]] = {
    "web page, status 200": (lambda _: Reply(HTML), "refused"),
    "status 401": (saying(401), "refused"),
    "status 403": (saying(403), "refused"),
    "status 404": (saying(404), "refused"),
    "status 429": (saying(429, b"Too Many Requests"), "refused"),
    "status 429, Retry-After 1 h": (saying(429, Retry_After="3600"), "refused"),
    "status 500": (saying(500), "refused"),
    "status 503, Retry-After": (saying(503, Retry_After="0"), "refused"),
    "notice in plain text": (lambda _: Reply(b"Edge: Too Many Requests"), "refused"),
    "hang": (in_manner("hang"), "refused"),
    "slow drip": (in_manner("drip"), "refused"),
    "reset": (in_manner("reset"), "refused"),
    "cut off": (in_manner("cut"), "refused"),
    "empty": (lambda _: Reply(b""), "refused"),
    "blank": (lambda _: Reply(b"\xef\xbb\xbf \r\n\t\n"), "refused"),
    "endless": (in_manner("endless"), "refused"),
    "redirect in a circle": (in_manner("redirect"), "refused"),
    "claims gzip, is none": (lambda good: Reply(good.body, headers={"Content-Encoding": "gzip"}), "refused"),
    "garbage": (lambda _: Reply(random.Random(7).randbytes(5000)), "changed"),
    "not UTF-8": (body(lambda b: b[: len(b) // 2] + b"\xff\xfe\x00\x80" + b[len(b) // 2 :]), "changed"),
    "UTF-16": (body(lambda b: b.decode("utf-8-sig").encode("utf-16")), "changed"),
    "something else in JSON": (lambda _: Reply(b'{"error": "maintenance", "retry": null}'), "changed"),
    "null": (lambda _: Reply(b"null"), "changed"),
}


# Documents that are complete and empty, to be requested again another day: a header without rows.
NO_ROWS = (
    (rb"(?s)<entry>.*</entry>\n", b""),
    (rb"(?s)(Shares Outstanding</ss:Data></ss:Cell></ss:Row>\n).*?(</ss:Table>)", rb"\1\2"),
    (rb'(?s)Fund Holdings as of,"[^"]*"(.*?\n\n).*', rb'Fund Holdings as of,"-"\1Ticker,Name\n\n'),
    (rb"(?s)^(observation_date,|DATE,)([^\r\n]*\r?\n).*", rb"\1\2"),
    (rb'"timestamp": \[[^\]]*\], ', b""),
)
NAMES = rb'Market Value|BC_10YEAR|10 Yr|observation_date|CLOSE|NAV per Share|"close"'


def without_rows(good: bytes) -> bytes:
    """The document of whichever source, as on a day that has nothing yet."""
    for pattern, rest in NO_ROWS:
        good = re.sub(pattern, rest, good)
    return good


AT_RANDOM: dict[str, Fault] = {
    **{name: fault for name, (fault, _) in ANY_SOURCE.items() if "not UTF-8" not in name and "UTF-16" not in name},
    "not UTF-8": lambda good: Reply(good.body[: len(good.body) // 2] + b"\xff\xfe", good.status),
    "nothing yet": lambda good: Reply(without_rows(good.body), good.status),
    "renamed column": lambda good: Reply(re.sub(NAMES, b"Renamed", good.body), good.status),
    "printed twice": lambda good: Reply(good.body * 2, good.status),
}


class World:
    """Replies of the simulated market, changed by the fault that a request names."""

    def __init__(self, settings: Settings):
        self.market = SimulatedMarketAdapter(settings)
        self.faults: dict[str, Fault] = {}
        self.asked: list[str] = []
        self.url = ""
        self.good = lru_cache(maxsize=None)(self._good)

    def _good(self, path: str) -> Reply:
        reply = self.market.reply_to(f"https:/{path}")
        return Reply(reply.body, reply.status)

    def reply(self, path: str, agent: str = "") -> Reply:
        """The correct reply, or what the fault named by the parameter `case` makes of it."""
        self.asked.append(path)
        case = re.search(r"[?&]case=(\w+)", path)
        good = self.good(path.replace(case[0], "") if case else path)
        fault = self.faults.get(case[1]) if case else None
        return fault(good) if fault else good


class Unreliable:
    """Another server, a share of whose replies is faulty: each request has the same chance."""

    def __init__(self, upstream: str, faults: Mapping[str, Fault], share: float, seed: int):
        self.upstream, self.faults, self.share = upstream, dict(faults), share
        self.chance = random.Random(seed)
        self.met: Counter[str] = Counter()
        self.asked = 0
        self.url = ""

    def reply(self, path: str, agent: str = "") -> Reply:
        """The reply of the server behind, or what a fault makes of it; `met` counts them by name."""
        good = fetched(self.upstream + path)
        self.asked += 1
        if self.chance.random() >= self.share:
            return good
        name = self.chance.choice(list(self.faults))
        self.met[name] += 1
        return self.faults[name](good)


@dataclass
class Spoiled:
    """Another server, with a fault for every path that contains a given text."""

    upstream: str
    faults: Mapping[str, Fault] = field(default_factory=dict)
    url: str = ""

    def reply(self, path: str, agent: str = "") -> Reply:
        """The reply of the server behind, or what the first fault that concerns the path makes of it."""
        good = fetched(self.upstream + path)
        fault = next((fault for part, fault in self.faults.items() if part in path), None)
        return fault(good) if fault else good


def fetched(url: str) -> Reply:
    """The reply of a server on this machine, errors included."""
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return Reply(response.read(), response.status)
    except urllib.error.HTTPError as error:
        return Reply(error.read(), error.code)


@contextmanager
def fault_server(home: Path) -> Iterator[World]:
    """A server on this machine that serves URL/HOST/PATH from the simulated market."""
    with serving(World(Settings(home=home))) as world:
        yield world
