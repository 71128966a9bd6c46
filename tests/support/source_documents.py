"""The smallest good document of every source, for tests that put a fault into it."""

import json
import re
from dataclasses import dataclass
from types import ModuleType

from ingest.sources import cboe, fred, ishares_holdings, ishares_nav, treasury, yahoo


@dataclass(frozen=True)
class GoodDocument:
    """The smallest good document of a source: two dates, of which faults change the newer one.

    `empty` has no rows, `without_column` lacks one that is needed, `other_item` is of another fund or series. `number`
    and `date` are the texts that faults replace, `future` a later date in the same format, `row` the last row.
    """

    module: ModuleType
    source: str
    body: str
    row: str
    number: str
    date: str
    future: str
    column: str
    without_column: str
    empty: str
    other_item: str


def nav() -> GoodDocument:
    def row(*cells):
        return (
            "<ss:Row>"
            + "".join(f'<ss:Cell><ss:Data ss:Type="String">{c}</ss:Data></ss:Cell>' for c in cells)
            + "</ss:Row>\n"
        )

    def sheet(*rows):
        return (
            '<?xml version="1.0"?>\n<ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">\n'
            f'<ss:Worksheet ss:Name="Historical"><ss:Table>\n{"".join(rows)}</ss:Table></ss:Worksheet>\n'
            "</ss:Workbook>\n"
        )

    header = row("As Of", "NAV per Share", "Ex-Dividends", "Shares Outstanding")
    older, newer = row("Jan 02, 2026", "249.25", "0.81", "1000"), row("Jan 05, 2026", "250.5", "--", "1000")
    return GoodDocument(
        ishares_nav,
        "nav:IWM",
        body=sheet(header, older, newer),
        row=newer,
        number="250.5",
        date="Jan 05, 2026",
        future="Jan 05, 2036",
        column="NAV per Share",
        without_column=sheet(row("As Of", "Shares Outstanding"), row("Jan 05, 2026", "1000")),
        empty=sheet(header),
        other_item="",
    )


def holdings() -> GoodDocument:
    def file(*lines, as_of="Jan 05, 2026", columns=None):
        header = "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Quantity,Price"
        return (
            f'iShares Russell 2000 ETF\nFund Holdings as of,"{as_of}"\nShares Outstanding,"1,000.00"\n\n'
            f"{columns or header}\n" + "".join(lines) + "\n"
        )

    older, newer = (
        '"AAA","A CORP","Energy","Equity","40.00","40.00","4.00","10.00"\n',
        '"BBB","B CORP","Energy","Equity","61.00","60.00","6.00","10.00"\n',
    )
    return GoodDocument(
        ishares_holdings,
        "holdings:IWM",
        body=file(older, newer),
        row=newer,
        number="61.00",
        date="Jan 05, 2026",
        future="Jan 05, 2036",
        column="Market Value",
        without_column=file('"AAA","A CORP","Energy","Equity"\n', columns="Ticker,Name,Sector,Asset Class"),
        empty=file(as_of="-"),
        other_item=file(older, newer).replace("Russell 2000", "Russell 3000"),
    )


def treasury_xml() -> GoodDocument:
    def entry(day, two, ten):
        return (
            f'<entry><content><m:properties><d:NEW_DATE m:type="Edm.DateTime">{day}T00:00:00</d:NEW_DATE>'
            f'<d:BC_2YEAR m:type="Edm.Double">{two}</d:BC_2YEAR><d:BC_10YEAR m:type="Edm.Double">{ten}</d:BC_10YEAR>'
            "</m:properties></content></entry>\n"
        )

    def feed(*entries):
        space = "http://schemas.microsoft.com/ado/2007/08/dataservices"
        return (
            f'<?xml version="1.0"?>\n<feed xmlns:d="{space}" xmlns:m="{space}/metadata" '
            f'xmlns="http://www.w3.org/2005/Atom">\n{"".join(entries)}</feed>\n'
        )

    older, newer = entry("2026-01-02", "4.39", "4.79"), entry("2026-01-05", "4.41", "4.81")
    body = feed(older, newer)
    return GoodDocument(
        treasury,
        "treasury:par_yields",
        body=body,
        row=newer,
        number="4.81",
        date="2026-01-05",
        future="2036-01-05",
        column="BC_10YEAR",
        without_column=re.sub("<d:BC_10YEAR.*?</d:BC_10YEAR>", "", body),
        empty=feed(),
        other_item=body.replace("feed", "news"),
    )


def treasury_csv() -> GoodDocument:
    header, older, newer = 'Date,"2 Yr","10 Yr"\n', "01/02/2026,4.39,4.79\n", "01/05/2026,4.41,4.81\n"
    return GoodDocument(
        treasury,
        "treasury:par_yields",
        body=header + older + newer,
        row=newer,
        number="4.81",
        date="01/05/2026",
        future="01/05/2036",
        column="10 Yr",
        without_column='Date,"2 Yr"\n01/05/2026,4.41\n',
        empty=header,
        other_item="",
    )


def fred_graph() -> GoodDocument:
    header, older, newer = "observation_date,DGS10\n", "2026-01-02,4.79\n", "2026-01-05,4.81\n"
    return GoodDocument(
        fred,
        "fred:DGS10",
        body=header + older + newer,
        row=newer,
        number="4.81",
        date="2026-01-05",
        future="2036-01-05",
        column="observation_date",
        without_column="observation_date\n2026-01-05\n",
        empty=header,
        other_item=(header + older + newer).replace("DGS10", "DGS2"),
    )


def fred_api() -> GoodDocument:
    older, newer = '{"date": "2026-01-02", "value": "4.79"}', '{"date": "2026-01-05", "value": "4.81"}'
    body = f'{{"observations": [{older}, {newer}]}}'
    return GoodDocument(
        fred,
        "fred:DGS10",
        body=body,
        row=f", {newer}",
        number="4.81",
        date="2026-01-05",
        future="2036-01-05",
        column="value",
        without_column='{"observations": [{"date": "2026-01-05"}]}',
        empty='{"observations": []}',
        other_item="",
    )


def eia() -> GoodDocument:
    older, newer = (
        '{"period": "2026-01-02", "series": "RWTC", "value": "64.79"}',
        '{"period": "2026-01-05", "series": "RWTC", "value": "64.81"}',
    )
    body = f'{{"response": {{"data": [{older}, {newer}]}}}}'
    return GoodDocument(
        fred,
        "fred:DCOILWTICO",
        body=body,
        row=f", {newer}",
        number="64.81",
        date="2026-01-05",
        future="2036-01-05",
        column="value",
        without_column='{"response": {"data": [{"period": "2026-01-05", "series": "RWTC"}]}}',
        empty='{"response": {"data": []}}',
        other_item=body.replace("RWTC", "RBRTE"),
    )


def vix() -> GoodDocument:
    header, older, newer = (
        "DATE,OPEN,HIGH,LOW,CLOSE\n",
        "01/02/2026,17.24,20.31,17.1,18.7\n",
        "01/05/2026,17.25,20.32,17.2,18.8\n",
    )
    return GoodDocument(
        cboe,
        "cboe:VIX",
        body=header + older + newer,
        row=newer,
        number="18.8",
        date="01/05/2026",
        future="01/05/2036",
        column="CLOSE",
        without_column="DATE,OPEN,HIGH,LOW\n01/05/2026,17.25,20.32,17.2\n",
        empty=header,
        other_item="",
    )


def chart() -> GoodDocument:
    def document(stamps, *closes, names=("open", "high", "low", "close")):
        quote = {name: list(closes) for name in names} | {"volume": [1000] * len(closes)}
        meta = {"symbol": "IWM", "exchangeTimezoneName": "America/New_York"}
        result = {"meta": meta, "timestamp": stamps, "indicators": {"quote": [quote]}}
        return json.dumps({"chart": {"result": [result], "error": None}})

    friday, monday = 1767364200, 1767623400
    body = document([friday, monday], 249.99, 251.5)
    return GoodDocument(
        yahoo,
        "yahoo:IWM",
        body=body,
        row=f", {monday}",
        number="251.5",
        date=str(monday),
        future="2083156200",
        column="close",
        without_column=document([monday], 251.5, names=("open", "high", "low")),
        empty=document([]),
        other_item=body.replace('"IWM"', '"SPY"'),
    )


GOOD_DOCUMENTS = {
    "nav": nav(),
    "holdings": holdings(),
    "treasury xml": treasury_xml(),
    "treasury csv": treasury_csv(),
    "fred": fred_graph(),
    "fred api": fred_api(),
    "eia": eia(),
    "cboe": vix(),
    "yahoo": chart(),
}
