# ruff: noqa: E501 - addresses and documents
"""Whatever comes, a parser gives rows that validate or says what is wrong with the document, and nothing else."""

import gzip
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import NothingYet, UnexpectedPayload
from ingest.http.messages import Payload
from ingest.parsing.text import MISSING_COLUMNS
from ingest.pipeline.load import land
from ingest.registry.raw_tables import TABLES
from ingest.settings import SAMPLE_NOW, Settings
from ingest.simulation.adapter import SimulatedMarketAdapter
from ingest.sources import eia
from ingest.sources.registry import HTTP_SOURCES
from ingest.storage import warehouse
from tests.support.layers import NO_REAL_DATA
from tests.unit.ingest.conftest import REAL

ISSUER = "https://www.blackrock.com/varnish-api/blk-one01-product-data/product-data/api/v1/get-fund-document"
PAGES = "https://home.treasury.gov/resource-center/data-chart-center/interest-rates"
FEED = "daily_treasury_yield_curve"
INVENTED = {
    "nav": ("ishares__nav", "nav:IEF", f"{ISSUER}?portfolioId=239456&component=fundDownload"),
    "holdings": ("ishares__holdings", "holdings:IEF", f"{ISSUER}?portfolioId=239456&component=holdings"),
    "treasury xml": (
        "treasury__par_yields", "treasury:par_yields", f"{PAGES}/pages/xml?data={FEED}&field_tdr_date_value_month=202606"),
    "treasury csv": (
        "treasury__par_yields", "treasury:par_yields", f"{PAGES}/daily-treasury-rates.csv/2026/all?type={FEED}&field_tdr_date_value=2026"),
    "fred": ("fred__observations", "fred:DGS10", "https://fred.stlouisfed.org/graph/fredgraph.csv?id=DGS10&cosd=2026-05-01"),
    "cboe": ("cboe__vix", "cboe:VIX", "https://cdn.cboe.com/api/global/us_indices/daily_prices/VIX_History.csv"),
    "yahoo": ("yahoo__bars", "yahoo:USO", "https://query1.finance.yahoo.com/v8/finance/chart/USO?period1=1780000000"),
}  # fmt: skip
AS_SERVED = {
    "real nav": ("ishares__nav", "nav:IVV", "wire_samples/ishares_workbook/IVV_iShares-Core-SP-500-ETF_fund_2022.xls.gz"),
    "real holdings": ("ishares__holdings", "holdings:IWM", "observations/holdings/IWM/2025-11-05.csv.gz"),
    "real treasury": ("treasury__par_yields", "treasury:par_yields", "wire_samples/treasury_xml_home_treasury_gov/2010.xml.gz"),
    "real fred": ("fred__observations", "fred:DGS10", "wire_samples/fred/DGS10_fredgraph_2005_2026-02.csv"),
    "real cboe": ("cboe__vix", "cboe:VIX", "wire_samples/cboe/VIX_History_2026-07-31.csv.gz"),
}  # fmt: skip
EIA = (
    b'{"response": {"total": "2", "data": [{"period": "2026-06-29", "series": "RWTC", "value": "66.1"},'
    b' {"period": "2026-06-26", "series": "RWTC", "value": null}]}}'
)
FRED_API = b'{"observations": [{"date": "2026-06-26", "value": "."}, {"date": "2026-06-29", "value": "66.1"}]}'
JSON_DOORS = {
    "eia": ("fred__observations", "fred:DCOILWTICO", EIA),
    "fred api": ("fred__observations", "fred:DCOILWTICO", FRED_API),
}
# Without these a row says nothing: a document that still has rows must still fill them.
NEEDED = {
    "ishares__nav": ["nav_usd"],
    "ishares__holdings": ["market_value_usd", "weight_pct", "price", "quantity", "name"],
    "treasury__par_yields": ["yield_pct"],
    "fred__observations": ["value"],
    "cboe__vix": ["close"],
    "yahoo__bars": ["close_usd"],
}
NASTY = [
    b"", b"NaN", b"Infinity", b"-inf", b"1e999", b"9" * 400, b"null", b"[]", b"{}", b'"', b"'", b",", b"\n", b"\r", b"\x00", b"\xff",
    b"\xef\xbb\xbf", "\u00b2".encode(), "\u0663".encode(), "\u00a0".encode(), b"&", b"&#x0;", b"&lol;", b"<", b"</", b"]]>", b"<!--",
    b"<!DOCTYPE x>", b"../../etc/passwd", b"-", b"--", b".", b"0", b"-1", b"2026-02-30", b"Feb 30, 2026", b"[" * 5000,
]  # fmt: skip


@cache
def document(name: str) -> tuple[str, str, bytes]:
    """Table, source and bytes of a document, cut to a size that parses in milliseconds."""
    if name in JSON_DOORS:
        return JSON_DOORS[name]
    if name in INVENTED:
        table, source, url = INVENTED[name]
        body = SimulatedMarketAdapter(Settings(home=Path())).reply_to(url).body
    else:
        table, source, path = AS_SERVED[name]
        if not (REAL / path).exists():
            pytest.skip(NO_REAL_DATA)
        body = (REAL / path).read_bytes()
        body = gzip.decompress(body) if path.endswith(".gz") else body
    return table, source, _shorter(table, body)


def _shorter(table: str, body: bytes) -> bytes:
    if table == "ishares__nav":
        _, sheet, rest = body.partition(b'ss:Name="Historical"')
        rows = re.split(rb"(?<=</ss:Row>)", rest)
        return (
            b'<?xml version="1.0"?>\n<ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><ss:Worksheet '
            + (sheet + b"".join(rows[:25]) + b"</ss:Table></ss:Worksheet></ss:Workbook>")
        )
    if body.lstrip(b"\xef\xbb\xbf").startswith(b"<"):
        entries = body.split(b"</entry>")
        return b"</entry>".join(entries[:8]) + b"</entry></feed>" if len(entries) > 9 else body
    lines = body.split(b"\n")
    return body if table == "ishares__holdings" else b"\n".join(lines[:40]) + b"\n"


@st.composite
def spoiled(draw: st.DrawFn, body: bytes) -> bytes:
    """The document after one to four changes: cut, repeated, overwritten, a word replaced, columns renamed."""
    for _ in range(draw(st.integers(1, 4))):
        if not body:
            break
        words = sorted(set(re.findall(rb"[A-Za-z_][\w ():%-]{2,30}|-?\d[\d.,]*", body[:20000])))
        kind = draw(st.sampled_from(["cut", "repeat", "overwrite", "word", "word", "every word", "end"]))
        at = draw(st.integers(0, len(body) - 1))
        size = draw(st.sampled_from([1, 2, 5, 20, 200]))
        nasty = draw(st.sampled_from(NASTY))
        if kind == "cut":
            body = body[:at] + body[at + size :]
        elif kind == "repeat":
            body = body[:at] + body[at : at + size] * 2 + body[at + size :]
        elif kind == "overwrite":
            body = body[:at] + nasty + body[at + size :]
        elif kind == "end":
            body = body[:at]
        elif words:
            word = draw(st.sampled_from(words))
            body = body.replace(word, nasty, 1 if kind == "word" else -1)
    return body


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    home = Settings(home=tmp_path_factory.mktemp("parsers"))
    with warehouse.connect(home) as con:
        yield con


def parsed(name: str, body: bytes):
    table, source, _ = document(name)
    payload = Payload(source, "https://example.org/document", 200, {}, SAMPLE_NOW, body)
    return HTTP_SOURCES[table].parse(payload)


@pytest.mark.parametrize("name", [*INVENTED, *AS_SERVED, *JSON_DOORS])
def test_the_document_itself_parses(name, con):
    table, _, body = document(name)
    frame = parsed(name, body)
    assert len(frame) > 0
    land(con, TABLES[table], frame, knowledge_ts=SAMPLE_NOW, payload_sha256="x")


@pytest.mark.parametrize("name", [*INVENTED, *AS_SERVED, *JSON_DOORS])
@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_spoiled_document_gives_valid_rows_or_says_what_is_wrong(name, con, data):
    table, _, body = document(name)
    changed = data.draw(spoiled(body))
    try:
        frame = parsed(name, changed)
        assert list(frame.columns) == [column.name for column in TABLES[table].columns]
        land(con, TABLES[table], frame, knowledge_ts=SAMPLE_NOW, payload_sha256="x")
    except (NothingYet, UnexpectedPayload) as said:
        words = str(said)
    else:
        words = ""
    assert len(words) < 2000
    if words:
        return
    assert len(frame) > 0
    for column in NEEDED[table]:
        assert frame[column].notna().any(), f"the column {column} was lost without a word"


# Where the names of columns stand in a document; what is between them is a name.
TITLES = {
    "nav": rb"(?<=String\">)[A-Z][\w /-]+(?=</ss:Data>)",
    "holdings": rb"(?m)^(?:Ticker|Name),.*$",
    "treasury xml": rb"(?<=<d:)\w+(?= )",
    "treasury csv": rb"\A.*",
    "fred": rb"\A.*",
    "cboe": rb"\A.*",
    "yahoo": rb'(?<=")[a-z]+(?=": )',
}


def titles(name: str) -> list[bytes]:
    """Every column of a document, by what it is called in it."""
    _, _, body = document(name)
    where = TITLES[name.replace("real treasury", "treasury xml").removeprefix("real ")]
    found = dict.fromkeys(re.findall(where, body))
    words = [word for line in found for word in line.replace(b'"', b"").strip().split(b",")]
    return sorted({word for word in words if not re.fullmatch(rb"[A-Z][a-z]{2} \d\d", word)})[:40]


@pytest.mark.parametrize("name", [*INVENTED, *AS_SERVED])
def test_a_column_is_never_lost_without_a_word(name, record_property):
    """Every column renamed in turn: the document is refused, or says what it lacks, or had never been read there."""
    body = document(name)[2]
    whole, came_to = parsed(name, body), Counter()
    for title in titles(name):
        changed = re.sub(rb"(?<![\w.])" + re.escape(title) + rb"(?![\w%)])", b"RenamedField", body)
        try:
            frame = parsed(name, changed)
        except (NothingYet, UnexpectedPayload):
            came_to["refused"] += 1
            continue
        told = len(frame.attrs.get(MISSING_COLUMNS, [])) > len(whole.attrs.get(MISSING_COLUMNS, []))
        lost = [c for c in whole.columns if whole[c].notna().any() and not frame[c].notna().any()]
        came_to["told" if told else "not read"] += 1
        assert told or (not lost and len(frame) == len(whole)), (title, lost)
    record_property("counted", f"columns renamed in {name}: {dict(came_to)}")
    assert came_to["refused"]


def test_the_names_of_the_alternative_endpoint_are_those_of_the_catalog():
    assert set(eia.SERIES) == {"DCOILWTICO", "DCOILBRENTEU"}
