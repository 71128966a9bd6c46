# ruff: noqa: E501 - a fault a line
"""Every fault of every source through real HTTP, and the outcome it must have: the table closes the tests' output.

None may end as an empty success, none may cost a row that was there, and each source recovers by itself.
"""

import io
import json
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date

import pytest

from ingest.http.client import Transport
from ingest.http.limits import Limits
from ingest.pipeline.collect import collect
from ingest.registry.raw_tables import TABLES
from ingest.registry.seeds import Catalog
from ingest.settings import SAMPLE_NOW, Settings
from ingest.sources.base import Plan
from ingest.sources.registry import HTTP_SOURCES
from ingest.storage import warehouse
from ingest.storage.archive import Archive
from ingest.storage.warehouse import WarehouseDates
from tests.support.faults import ANY_SOURCE, body, fault_server, saying, swap
from tests.support.http_server import Reply

LIMITS = Limits(connect=1, read=0.15, whole=0.3, body=2 * 2**20, attempts=2, backoff=0.01, longest_wait=0.05, budget=5)
SHORT = {
    "ishares__nav": "nav",
    "ishares__holdings": "holdings",
    "treasury__par_yields": "treasury",
    "fred__observations": "fred",
    "cboe__vix": "cboe",
    "yahoo__bars": "yahoo",
    "nasdaq__closes": "nasdaq",
    "ssga__nav": "ssga",
}
CDATA_BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'


def chart(change):
    """A fault in the decoded chart."""

    def spoil(text):
        document = json.loads(text)
        change(document["chart"]["result"][0])
        return json.dumps(document).encode()

    return body(spoil)


def put(path, at, value):
    def change(result):
        place = result
        for key in path:
            place = place[key]
        place[at] = value

    return chart(change)


def first_door(change):
    """A fault of the XML that leaves the CSV, which stands in for it, alone."""
    return lambda good: Reply(change(good.body)) if b"<feed" in good.body else good


def workbook(pattern, replacement, part="sharedStrings"):
    """A fault in one part of a spreadsheet."""

    def spoil(document):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                text = old.read(name).decode()
                new.writestr(name, re.sub(pattern, replacement, text) if part in name else text)
        return out.getvalue()

    return body(spoil)


QUOTE = ("indicators", "quote", 0)
ENTRY = "<entry>.*?</entry>\n"
OF_ONE_SOURCE = {
    "nav": {
        "workbook lost its NAV column": (swap("NAV per Share", "Fair Value"), "changed"),
        "workbook lost its sheet": (swap('ss:Name="Historical"', 'ss:Name="History"'), "changed"),
        "sheet twice": (swap('ss:Name="Performance"', 'ss:Name="Historical"'), "changed"),
        "not well-formed": (swap("</ss:Table>", ""), "changed"),
        "printed twice": (body(lambda b: b + b), "changed"),
        "XML entities": (lambda _: Reply(CDATA_BOMB), "changed"),
        "external entity": (
            swap("<ss:Workbook", '<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/passwd">]><ss:Workbook', 1), "changed"),
        "a day twice": (body(lambda b: re.sub(rb"(<ss:Row><ss:Cell><ss:Data ss:Type=\"String\">Jun 29, 2026.*?</ss:Row>\n)", rb"\1\1", b, count=1, flags=re.S)), "changed"),
        "a value of infinity": (swap("Number\">\\d+\\.\\d+<", 'Number">Infinity<', 1), "changed"),
        "a negative value": (swap("Number\">(\\d+\\.\\d+)<", 'Number">-\\1<', 1), "changed"),
        "a value in words": (swap("Number\">\\d+\\.\\d+<", 'Number">suspended<', 1), "changed"),
        "header only": (swap('(<ss:Data ss:Type="String">Shares Outstanding.*?</ss:Row>\n).*?(</ss:Table>)', "\\1\\2", 1), "nothing_yet"),
        "two byte-order marks, bare &": (body(lambda b: b"\xef\xbb\xbf" + b.replace(b"SMITH &", b"SMITH & SONS &")), "landed"),
        "a fifth column": (swap("(Shares Outstanding</ss:Data></ss:Cell>)", '\\1<ss:Cell><ss:Data ss:Type="String">Non-FV NAV</ss:Data></ss:Cell>', 1), "landed"),
    },
    "holdings": {
        "stub": (body(lambda b: re.sub(rb'as of,".*?"', b'as of,"-"', b).split(b"\n\n")[0] + b"\n\nTicker,Name\n\n"), "nothing_yet"),
        "renamed column": (swap("Market Value", "Value"), "changed"),
        "a column less in the rows": (swap('"USD","-","-"\n', '"USD","-"\n'), "changed"),
        "printed twice": (body(lambda b: b + b), "changed"),
        "cut list that parses": (body(lambda b: b"\n".join(b.split(b"\n")[:14]) + b"\n\n"), "changed"),
        "another fund's file": (swap("iShares 7-10 Year", "iShares 3-7 Year"), "changed"),
        "no date": (swap("Fund Holdings as of.*?\n", ""), "changed"),
        "header only": (body(lambda b: b"\n".join(b.split(b"\n")[:10]) + b"\n\n"), "changed"),
        "a weight in words": (swap('Fixed Income","([^"]*)","[^"]*"', 'Fixed Income","\\1","most"', 1), "changed"),
        "neighbour's day": (swap("Jun 30, 2026", "Jun 26, 2026"), "nothing_yet"),
        "a day to come": (swap("Jun 30, 2026", "Jun 30, 2036"), "nothing_yet"),
        "byte-order mark, CRLF and footer": (body(lambda b: b"\xef\xbb\xbf" + b.rstrip().replace(b"\n", b"\r\n") + "\r\n\u00a0\r\n\"legal, prose\"\r\n".encode()), "landed"),
    },
    "treasury": {
        "renamed column": (swap("BC_10YEAR|10 Yr", "Renamed"), "changed"),
        "another feed": (first_door(lambda b: b.replace(b"feed", b"news")), "landed by stand-in"),
        "no date": (swap("<d:NEW_DATE.*?</d:NEW_DATE>|Date,", "", 1), "changed"),
        "XML entities": (first_door(lambda _: CDATA_BOMB), "landed by stand-in"),
        "only the first door is broken": (first_door(lambda _: b"{}"), "landed by stand-in"),
        "a day twice": (first_door(lambda b: b.replace(b"</feed>", b[b.rindex(b"<entry>") :])), "landed by stand-in"),
        "a yield in words": (first_door(lambda b: re.sub(rb'(BC_2YEAR m:type="Edm.Double">)[\d.]+', rb"\1high", b)), "landed by stand-in"),
        "first business day, no curve yet": (swap(ENTRY, ""), "nothing_yet"),
        "first business day, one curve": (body(lambda b: b[: b.index(b"</entry>") + 9] + b"</feed>\n"), "nothing_yet"),
        "phantom row without tenors": (swap("</feed>", '<entry><content><m:properties><d:NEW_DATE m:type="Edm.DateTime">2010-10-11T00:00:00</d:NEW_DATE><d:BC_30YEARDISPLAY>0</d:BC_30YEARDISPLAY></m:properties></content></entry></feed>'), "landed"),
        "new tenor": (swap('(<d:BC_10YEAR m:type="Edm.Double">)', '<d:BC_15YEAR m:type="Edm.Double">4.4</d:BC_15YEAR>\\1'), "landed"),
        "absent tenor": (swap("<d:BC_30YEAR m.*?</d:BC_30YEAR>\n", ""), "landed"),
        "missing marks": (swap('(<d:BC_1MONTH m:type="Edm.Double")>[\\d.]+', '\\1 m:null="true">'), "landed"),
    },
    "fred": {
        "header of before December 2024": (swap("observation_date", "DATE"), "landed"),
        "points for missing": (swap(",\n", ",.\n"), "landed"),
        "unknown id": (saying(404, b'{"error_code":400,"error_message":"The series does not exist."}'), "refused"),
        "renamed column": (swap("observation_date", "period"), "changed"),
        "another series": (swap("DGS2", "DGS3"), "changed"),
        "header only": (body(lambda b: b.split(b"\n")[0] + b"\n"), "nothing_yet"),
        "nothing but missing marks": (swap(",[\\d.]+\n", ",.\n"), "nothing_yet"),
        "a number in words": (swap(",[\\d.]+\n", ",high\n", 1), "changed"),
        "an infinity": (swap(",[\\d.]+\n", ",inf\n", 1), "changed"),
        "a NaN": (swap("(2026-06-29),[\\d.]+\n", "\\1,NaN\n", 1), "landed"),
        "a date of no calendar": (swap("2026-06-2\\d", "2026-06-99", 1), "changed"),
        "a day twice": (swap("(2026-06-29,[\\d.]+\n)", "\\1\\1"), "changed"),
        "wider rows": (swap("(2026-06-29),", "\\1,,"), "changed"),
        "quote that never ends": (swap("2026-06-29,", '"2026-06-29,'), "changed"),
    },
    "cboe": {
        "renamed column": (swap("CLOSE", "LAST"), "changed"),
        "header only": (body(lambda b: b.split(b"\n")[0]), "nothing_yet"),
        "an infinity": (swap("(06/29/2026.*?),[\\d.]+\r\n", "\\1,Infinity\r\n", 1), "changed"),
        "missing closes": (swap("(06/30/2026.*),[\\d.]+\r\n", "\\1,0.000000\r\n"), "nothing_yet"),
        "a day twice": (body(lambda b: b + b.split(b"\r\n")[-2] + b"\r\n"), "changed"),
        "narrow row": (swap(",[\\d.]+\r\n", "\r\n", 1), "changed"),
        "byte-order mark, no carriage returns": (body(lambda b: b"\xef\xbb\xbf" + b.replace(b"\r", b"")), "landed"),
        "columns in another order, one more": (body(lambda b: b"\n".join(b",".join([*reversed(line.split(b",")), b"x"]) for line in b.split(b"\r\n")[:-1]).replace(b",x", b",NEW", 1)), "landed"),
    },
    "yahoo": {
        "refusal in JSON": (lambda _: Reply(b'{"chart":{"result":null,"error":{"code":"Unauthorized"}}}'), "changed"),
        "another symbol": (swap('"symbol": "USO"', '"symbol": "BNO"'), "changed"),
        "arrays of two lengths": (chart(lambda r: r["indicators"]["quote"][0]["close"].pop()), "changed"),
        "no close array": (chart(lambda r: r["indicators"]["quote"][0].pop("close")), "changed"),
        "a zone that is none": (put(("meta",), "exchangeTimezoneName", "../../etc/passwd"), "changed"),
        "a time of another age": (put(("timestamp",), 0, 10**18), "changed"),
        "a price in words": (put((*QUOTE, "close"), 0, "high"), "changed"),
        "a price in a list": (put((*QUOTE, "close"), 0, [1]), "changed"),
        "no bars": (chart(lambda r: r.pop("timestamp")), "nothing_yet"),
        "null bar": (put((*QUOTE, "close"), -1, None), "nothing_yet"),
        "NaN bar": (put((*QUOTE, "close"), -1, float("nan")), "nothing_yet"),
        "infinite bar": (put((*QUOTE, "close"), -1, float("inf")), "nothing_yet"),
        "negative bar": (put((*QUOTE, "close"), -1, -1.0), "nothing_yet"),
        "live bar, session not over": (put(("timestamp",), -1, int(SAMPLE_NOW.timestamp()) + 1800), "nothing_yet"),
        "null bar in the middle": (put((*QUOTE, "close"), 3, None), "landed"),
        "no events": (chart(lambda r: r.pop("events", None) or r["meta"].pop("currency")), "landed"),
    },
    "nasdaq": {
        "a symbol that is not listed": (lambda _: Reply(b'{"data": null, "message": null, "status": {"rCode": 400}}'), "nothing_yet"),
        "an error inside the document": (lambda _: Reply(b'{"data": null, "message": null, "status": {"rCode": 500}}'), "changed"),
        "another symbol": (swap('"symbol": "[A-Z]+"', '"symbol": "BNO"'), "changed"),
        "renamed column": (swap('"close":', '"last":'), "changed"),
        "no table": (swap('"tradesTable"', '"history"'), "changed"),
        "a price in words": (swap('"close": "[$][^"]*"', '"close": "high"', 1), "changed"),
        "a date of no calendar": (swap('"date": "06/29/2026"', '"date": "06/99/2026"'), "changed"),
        "a day twice": (swap('"date": "06/29/2026"', '"date": "06/30/2026"'), "changed"),
        "missing closes": (swap('"close": "[$][^"]*"', '"close": "--"'), "nothing_yet"),
        "plain prices, missing volume": (body(lambda b: re.sub(rb'"volume": "[^"]*"', b'"volume": "--"', b.replace(b"$", b""))), "landed"),
    },
    "ssga": {
        "another fund": (workbook("<t>SPY</t>", "<t>XLK</t>"), "changed"),
        "renamed column": (workbook("<t>NAV</t>", "<t>Price</t>"), "changed"),
        "no header": (workbook("<t>Date</t>", "<t>As of</t>"), "changed"),
        "a date of no calendar": (workbook("29-Jun-2026", "99-Jun-2026"), "changed"),
        "a day twice": (workbook("29-Jun-2026", "30-Jun-2026"), "changed"),
        "a value of zero": (workbook("<v>\\d+\\.\\d+</v></c><c r=\"C", '<v>0.0</v></c><c r="C', "sheet1"), "changed"),
        "UTF-16": (lambda _: Reply("a text".encode("utf-16")), "changed"),
        "half a workbook": (body(lambda b: b[: len(b) // 2]), "changed"),
        "a registered ticker": (workbook("<t>SPY</t>", "<t>SPY®</t>"), "landed"),
    },
}  # fmt: skip
CASES = {short: {**ANY_SOURCE, **OF_ONE_SOURCE[short]} for short in SHORT.values()}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with fault_server(tmp_path_factory.mktemp("market")) as world:
        yield world


@pytest.fixture(scope="module")
def empty(tmp_path_factory, world):
    settings = Settings(home=tmp_path_factory.mktemp("empty") / "home", sources=world.url, pretend_now=SAMPLE_NOW)
    warehouse.connect(settings).close()
    return settings


@pytest.fixture
def ask(world, empty, tmp_path):
    """Ask one question of a table once for each of some cases, all in one collection; checks by case, and the rows."""
    catalog = Catalog.load()
    settings = replace(empty, home=tmp_path / "home")
    shutil.copytree(empty.home, settings.home)
    plan = Plan.of(settings, catalog, funds=["IEF"], since=date(2026, 5, 1))

    def go(table, cases):
        found = HTTP_SOURCES[table].fetch_tasks(plan, catalog, WarehouseDates(empty))
        first = next(q for q in found if q.source not in ("nav:IVV", "nav:HYG"))
        numbers = {name: f"{table}{number}" for number, name in enumerate(cases)}
        world.faults = {numbers[name]: fault for name, (fault, _) in cases.items()}
        asked = [_about(first, name, numbers[name]) for name in cases]
        transport = Transport(settings, catalog, limits=LIMITS, sleep=lambda _: None)
        checks = collect(
            TABLES[table], asked, settings=settings, transport=transport, archive=Archive(settings.folder.archive)
        )
        with warehouse.connect(settings) as con:
            rows = con.execute(f"select * exclude (landing_id, payload_sha256) from raw.{table}").fetchall()
        return {check.source: check for check in checks}, set(rows)

    return go


def _about(task, name, case):
    """The question under the name of a case, with the case in its address."""
    request = replace(task.request, params={**task.request.params, "case": case})
    return replace(
        task, source=name, request=request, alternatives=tuple(_about(a, name, case) for a in task.alternatives)
    )


def outcome(check):
    return "landed by stand-in" if "from the alternative" in check.detail else check.outcome


@pytest.mark.parametrize("table", SHORT)
def test_a_fault_is_no_empty_success(ask, table, record_property):
    cases = {n: c for n, c in CASES[SHORT[table]].items() if not c[1].startswith("landed")}
    checks, _ = ask(table, cases)
    found = {name: outcome(check) for name, check in checks.items()}
    for name, what in found.items():
        record_property("fault", (SHORT[table], name, what))
    assert found == {name: expected for name, (_, expected) in cases.items()}, {n: c.detail for n, c in checks.items()}
    for check in checks.values():
        assert check.detail
        assert check.outcome == "nothing_yet" or check.rows_landed == 0
        assert check.last_observation_date is None or check.last_observation_date < check.expected_date


@pytest.mark.parametrize(
    ("table", "name"),
    [(t, n) for t, short in SHORT.items() for n, c in CASES[short].items() if c[1].startswith("landed")],
)
def test_what_looks_odd_and_is_in_order_is_landed(ask, table, name, record_property):
    fault, expected = CASES[SHORT[table]][name]
    checks, rows = ask(table, {name: (fault, expected)})
    record_property("fault", (SHORT[table], name, outcome(checks[name])))
    assert outcome(checks[name]) == expected, checks[name].detail
    assert checks[name].last_observation_date >= checks[name].expected_date
    assert rows


@pytest.mark.parametrize("table", SHORT)
def test_a_fault_costs_no_row_and_the_source_recovers_by_itself(ask, table):
    good = {"good": (lambda reply: reply, "landed")}
    checks, before = ask(table, good)
    assert checks["good"].outcome == "landed", checks["good"].detail
    checks, after = ask(table, {n: c for n, c in CASES[SHORT[table]].items() if c[1] in ("refused", "changed")})
    assert after == before
    assert all("are kept" in check.detail for check in checks.values())
    checks, _ = ask(table, good)
    assert checks["good"].outcome == "landed"
