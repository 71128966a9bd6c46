"""Each way the issuer answers in a long backfill, with the outcome it must have; and going on where it stopped."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ingest.errors import Misconfigured
from ingest.http.client import Transport
from ingest.http.limits import Limits
from ingest.pipeline import backfill as work
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from tests.support.http_server import Reply

FIRST, LAST = date(2025, 6, 2), date(2025, 6, 13)  # ten sessions
NAME = "iShares Russell 2000 ETF"
HEADER = (
    "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,Price,Location,Exchange,Currency,"
    "FX Rate,Market Currency,Accrual Date"
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _file(day, weight="99.90"):
    stated = "-" if day is None else f"{MONTHS[day.month - 1]} {day.day:02d}, {day.year}"
    line = f'"AAA","A CORP","Energy","Equity","1,000.00","{weight}","1,000.00","10.00","100.00",' + ",".join(
        ['"-"'] * 6
    )
    rows = "" if day is None else f"{line}\n"
    return f'{NAME}\nFund Holdings as of,"{stated}"\nShares Outstanding,"1.00"\n\n{HEADER}\n{rows}\n'


class Issuer:
    """Answers by the date asked for, with the file of that date unless told otherwise; remembers what was asked."""

    def __init__(self, server):
        self.said, self.requested = {}, []
        server.next = self._next
        self.server = server

    def _next(self):
        asked = self.server.paths[-1].rpartition("asOfDate=")[2]
        day = date.fromisoformat(f"{asked[:4]}-{asked[4:6]}-{asked[6:8]}")
        self.requested.append(day)
        said = self.said.get(day, _file(day))
        return said if not isinstance(said, str) else Reply(said.encode())


@pytest.fixture
def issuer(server):
    return Issuer(server)


@pytest.fixture
def go(settings, server):
    mirror = replace(settings, sources=server.url)

    def run(budget=100, now=None):
        home = replace(mirror, pretend_now=now) if now else mirror
        archive = Archive(home.folder.archive)
        transport = Transport(home, limits=Limits(backoff=0, attempts=2, budget=30), sleep=lambda _: None)
        progress = work.known(home, archive, "IWM", FIRST, LAST)
        return work.backfill(home, archive, transport, "IWM", progress, budget=budget)

    run.settings = mirror
    return run


def _held(go):
    with warehouse.connect(go.settings) as con:
        return dict(con.execute("select as_of_date, count(*) from raw.ishares__holdings group by 1").fetchall())


def test_every_session_of_the_range_is_landed_once(go, issuer):
    progress = go()
    assert len(progress.dates("landed")) == len(issuer.requested) == 10
    assert issuer.requested == sorted(issuer.requested)
    assert len(_held(go)) == 10
    assert go().requested == 0
    assert len(issuer.requested) == 10


def test_a_backfill_stops_at_its_budget_and_the_same_call_continues(go, issuer):
    assert len(go(budget=4).dates("left")) == 6
    assert len(issuer.requested) == 4
    assert go(budget=100).dates("left") == []
    assert len(issuer.requested) == len(set(issuer.requested)) == 10


def test_a_hole_is_empty_and_not_asked_for_again(go, issuer):
    hole = date(2025, 6, 4)
    issuer.said[hole] = _file(None)
    assert go().dates("empty") == [hole]
    assert len(_held(go)) == 9
    again = go()
    assert (again.dates("empty"), again.requested) == ([hole], 0)


def test_an_empty_document_of_last_week_is_requested_again(go, issuer, settings):
    issuer.said[LAST] = _file(None)
    soon = settings.now().replace(year=2025, month=6, day=14)
    assert go(now=soon).dates("empty") == [LAST]
    del issuer.said[LAST]
    assert go(now=soon + timedelta(days=30)).dates("empty") == []


def test_the_neighbours_file_lands_under_its_own_date(go, issuer):
    hole, neighbour = date(2025, 6, 5), date(2025, 6, 4)
    issuer.said[hole] = _file(neighbour)
    progress = go()
    assert progress.dates("empty") == [hole]
    assert progress.details[hole] == "the response is the file of 2025-06-04"
    assert hole not in _held(go)
    assert _held(go)[neighbour] == 1  # the same bytes are no second version
    assert go().requested == 0


def test_a_date_that_is_ignored_stops_the_backfill_and_counts_for_nothing(go, issuer):
    for at in range(12):
        issuer.said[FIRST + timedelta(days=at)] = _file(date(2026, 1, 2))
    progress = go()
    assert progress.is_stopped
    assert progress.dates("landed") == progress.dates("empty") == []
    assert progress.details[FIRST] == "the response is the file of 2026-01-02"
    assert len(work.known(go.settings, Archive(go.settings.folder.archive), "IWM", FIRST, LAST).dates("left")) == 10


@pytest.mark.parametrize("status", [403, 429, 503])
def test_refusals_in_a_row_stop_it_and_lose_nothing(go, issuer, status):
    refused = [date(2025, 6, day) for day in (4, 5, 6, 9, 10, 11, 12, 13)]
    for day in refused:
        issuer.said[day] = Reply(b"Access Denied", status)
    progress = go()
    assert progress.is_stopped
    assert progress.dates("refused") == refused[: work.MAX_REFUSALS]
    assert progress.dates("left") == refused[work.MAX_REFUSALS :]
    assert len(_held(go)) == 2
    issuer.said.clear()
    assert go().dates("landed")[-1] == LAST


def test_one_refusal_is_left_for_the_next_time(go, issuer):
    day = date(2025, 6, 6)
    issuer.said[day] = Reply(b"<!DOCTYPE html><html><body>Access Denied</body></html>")
    progress = go()
    assert (progress.dates("refused"), progress.is_stopped) == ([day], False)
    assert "web page" in progress.details[day]
    assert len(_held(go)) == 9
    issuer.said.clear()
    assert go().dates("landed") == sorted(_held(go))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (_file(date(2025, 6, 6), weight="3.10"), "the list is not whole"),
        (_file(date(2025, 6, 6)) * 2, "printed 2 times"),
        (_file(date(2025, 6, 6)).replace(NAME, "iShares Russell 3000 ETF"), "the file is of"),
        (_file(date(2025, 6, 6)).replace("Market Value", "Value"), "Market Value is missing"),
    ],
)
def test_a_file_that_cannot_be_right_is_changed_and_keeps_no_other_from_landing(go, issuer, body, reason):
    issuer.said[date(2025, 6, 6)] = body
    progress = go()
    assert progress.dates("changed") == [date(2025, 6, 6)]
    assert reason in progress.details[date(2025, 6, 6)]
    assert len(_held(go)) == 9


def test_what_came_is_in_the_ledger_with_the_date_asked_for(go, issuer):
    go(budget=2)
    entries = Archive(go.settings.folder.archive).entries()
    assert [(e.source, e.requested_date) for e in entries] == [
        ("holdings:IWM", FIRST),
        ("holdings:IWM", date(2025, 6, 3)),
    ]


def test_a_source_check_has_its_outcome(go, issuer):
    issuer.said[LAST] = _file(None)
    go()
    with warehouse.connect(go.settings) as con:
        rows = con.execute("select source, outcome, rows_landed from raw.macrotape__source_checks").fetchall()
    assert rows == [("holdings:IWM", "landed", 9)]


@pytest.mark.parametrize(
    ("fund", "first", "last", "reason"),
    [
        ("TLT", FIRST, LAST, "has_holdings is false"),
        ("XXX", FIRST, LAST, "is not known"),
        ("IWM", date(2025, 6, 7), date(2025, 6, 8), "no session of IWM"),
        ("IWM", date(1999, 1, 4), date(1999, 12, 31), "no session of IWM"),
        ("IWM", date(2030, 1, 2), date(2030, 1, 9), "no session of IWM"),
    ],
)
def test_a_range_without_sessions_is_refused(settings, fund, first, last, reason):
    with pytest.raises(Misconfigured, match=reason):
        work.known(settings, Archive(settings.folder.archive), fund, first, last)
