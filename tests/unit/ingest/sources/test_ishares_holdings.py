import csv
import gzip
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ingest.errors import NothingYet, UnexpectedPayload
from ingest.parsing.text import MISSING_COLUMNS
from ingest.pipeline.load import land
from ingest.registry.raw_tables import ISHARES_HOLDINGS
from ingest.registry.seeds import Catalog
from ingest.sources.base import Plan
from ingest.sources.ishares_holdings import fetch_tasks, parse
from ingest.sources.ishares_holdings_file import parse_file
from ingest.storage import warehouse
from ingest.storage.warehouse import WarehouseDates

NAME = "iShares Russell 2000 ETF"
HEADER = (
    "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,Price,Location,Exchange,Currency,"
    "FX Rate,Market Currency,Accrual Date"
)
LINES = (
    '"MOG A","MOOG INC CLASS A","Industrials","Equity","9,800.00","98.00","9,800.00","98.00","100.00","United States",'
    '"NYSE","USD","1.00","USD","-"',
    '"-","EXAMPLE BIO INC CVR","Health Care","Equity","100.00","2.10","100.00","10.00","10.00","United States",'
    '"NO MARKET (E.G. UNLISTED)","USD","1.00","USD","-"',
    '"USD","USD CASH","Cash and/or Derivatives","Cash","-10.00","-0.10","-10.00","-10.00","100.00","United States","-",'
    '"USD","1.00","USD","-"',
)
FOOTER = '"The content contained herein, is owned\nHoldings subject to change.\n©2021 “EXAMPLE”\nICRMH0421U/S-1"\n'


def _file(as_of="Jan 02, 2026", lines=LINES, header=HEADER, name=NAME, blank="", after="", shares="273,950,000.00"):
    preamble = f'{name}\nFund Holdings as of,"{as_of}"\nInception Date,"May 22, 2000"\nShares Outstanding,"{shares}"\n'
    rest = 'Stock,"-"\nBond,"-"\nCash,"-"\nOther,"-"\n'
    return preamble + rest + f"{blank}\n{header}\n" + "".join(f"{line}\n" for line in lines) + f"{blank}\n{after}"


def test_lines_are_read_in_order_with_their_numbers(payload):
    frame = parse(payload("holdings:IWM", _file()))
    first = frame.iloc[0]
    assert (first["fund"], first["as_of_date"], first["line_number"]) == ("IWM", date(2026, 1, 2), 1)
    assert (first["ticker"], first["market_value_usd"], first["quantity"]) == ("MOG A", 9800, 98)
    assert first["fund_shares_outstanding"] == 273_950_000
    assert frame["ticker"].isna().tolist() == [False, True, False]
    assert frame["market_value_usd"].tolist()[2] == -10


@pytest.mark.parametrize(
    "body",
    [
        "\ufeff" + _file(blank="\u00a0", after=FOOTER),
        _file().replace("\n", "\r\n"),
        _file().rstrip("\n"),
        _file(header=HEADER.replace("Quantity", "Shares")),
    ],
    ids=["archived with mark, no-break space and footer", "carriage returns", "no end", "Shares"],
)
def test_layouts_the_issuer_has_used_give_the_same_rows(payload, body):
    expected = parse(payload("holdings:IWM", _file()))
    assert parse(payload("holdings:IWM", body)).equals(expected)


def test_a_bond_file_has_par_values_maturities_and_no_tickers():
    header = "Name,Sector,Asset Class,Market Value,Weight (%),Par Value,CUSIP,Price,Duration,Maturity,Coupon (%)"
    lines = (
        '"EXAMPLE HLDGS","Communications","Fixed Income","84.00","99.90","86.00","00000AAA0","96.24","2.87",'
        '"May 15, 2030","6.75"',
        '"USD CASH","Cash","Cash and/or Derivatives","1.00","0.10","1.00","-","1.00","-","-","-"',
    )
    frame = parse_file(_file(header=header, lines=lines).encode(), "HYG")
    assert frame["ticker"].isna().all()
    assert frame["quantity"].tolist() == [86, 1]
    assert frame["maturity_date"].tolist() == [date(2030, 5, 15), None]
    assert frame["cusip"].tolist()[0] == "00000AAA0"


def test_the_twelve_columns_of_2020_are_read_by_name():
    header = (
        "Ticker,Name,Asset Class,Weight (%),Price,Shares,Market Value,Notional Value,Sector,SEDOL,ISIN,Exchange,New One"
    )
    line = '"AAA","A CORP","Equity","99.90","10.00","5.00","50.00","50.00","Energy","2588173","US0000000001","NYSE","x"'
    frame = parse_file(("\ufeff" + _file(header=header, lines=(line,), blank="\u00a0", after=FOOTER)).encode(), "ITOT")
    row = frame.iloc[0]
    assert (row["quantity"], row["price"], row["market_value_usd"]) == (5, 10, 50)
    assert (row["sector"], row["isin"], row["sedol"]) == ("Energy", "US0000000001", "2588173")
    assert frame[["currency", "fx_rate", "cusip", "location"]].isna().all(axis=None)


def test_a_ticker_printed_twice_a_synthetic_one_and_an_old_asset_class_are_kept_as_they_are(payload):
    residue = LINES[0].replace("9,800.00", "0.00").replace('"98.00"', '"0.00"')
    synthetic = LINES[1].replace('"-"', '"P5N994"', 1).replace('"Equity"', '"Other"')
    frame = parse(payload("holdings:IWM", _file(lines=(LINES[0], residue, synthetic, LINES[2]))))
    assert frame["ticker"].tolist() == ["MOG A", "MOG A", "P5N994", "USD"]
    assert frame["asset_class"].tolist()[2] == "Other"
    assert frame["line_number"].tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("between", ["", "\n", "\nThe fund\nFund Holdings as of,x\n\n"])
def test_a_second_table_with_other_columns_is_left_out(between):
    second = "Ticker,Name,Notional Value\n" + '"X","OPTION","1.00"\n'
    assert len(parse_file((_file() + between + second).encode(), "IWM")) == len(LINES)


@pytest.mark.parametrize("between", ["", "\n"])
def test_a_second_table_with_the_same_columns_is_refused(between):
    first, *others = HEADER.split(",")
    again = ",".join((first, *reversed(others)))
    with pytest.raises(UnexpectedPayload, match="printed 2 times"):
        parse_file((_file() + between + again + "\n" + LINES[0]).encode(), "IWM")


def test_a_file_without_prices_is_read_and_the_missing_column_reported():
    header = (
        "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,Market Currency,Accrual Date"
    )
    line = '"BTC","BITCOIN","-","Alternative","50,000,000.00","100.00","50,000,000.00","600.00000","BTC","-"'
    frame = parse_file(_file(header=header, lines=(line,)).encode(), "IBIT")
    assert frame["price"].isna().all()
    assert frame["market_value_usd"].tolist() == [50_000_000]
    assert "Price" in frame.attrs[MISSING_COLUMNS]


@pytest.mark.parametrize("title", ["Market Weight", "Weight of Something Else"])
def test_the_weight_of_the_file_is_optional(payload, title):
    frame = parse(payload("holdings:IWM", _file(header=HEADER.replace("Weight (%)", title))))
    assert frame["market_value_usd"].tolist() == [9800, 100, -10]
    assert (frame["weight_pct"].tolist()[0] == 98.0) == (title == "Market Weight")
    assert ("Weight (%)" in frame.attrs[MISSING_COLUMNS]) == (title != "Market Weight")


def test_thousands_of_lines_whose_weights_are_rounded_away_are_a_whole_list(payload):
    line = LINES[0].replace("MOG A", "T{0}").replace("9,800.00", "{1}.00").replace('"98.00"', '"{2}"', 1)
    lines = tuple(line.format(i, 70 + i % 60, f"{0.004 + (i % 2) / 150:.2f}") for i in range(12_600))
    assert len(parse(payload("holdings:IWM", _file(lines=lines)))) == 12_600


@pytest.mark.parametrize("cut", [slice(1, None), slice(None, None, 2)])
def test_a_list_cut_short_is_refused_by_market_value_whatever_its_length(payload, cut):
    line = LINES[0].replace("MOG A", "T{0}").replace("9,800.00", "{1}.00").replace('"98.00"', '"{2:.2f}"', 1)
    sizes = [6000, *(4 for _ in range(1000))]
    lines = [line.format(i, 10 * size, size / 100) for i, size in enumerate(sizes)]
    assert len(parse(payload("holdings:IWM", _file(lines=tuple(lines))))) == 1001
    with pytest.raises(UnexpectedPayload, match="the list is not whole"):
        parse(payload("holdings:IWM", _file(lines=tuple(lines[cut]))))


LOOK_THROUGH = 'Type,Ticker,Name,Notional Value\n"OPTION","X","A CALL","1.00"\n'


@pytest.mark.parametrize(
    "preamble", ["", f'{NAME}\nFund Holdings as of,"Jan 02, 2026"\n\n'], ids=["bare", "with preamble"]
)
@pytest.mark.parametrize("gap", ["\n", ""], ids=["after a blank line", "without one"])
def test_a_second_table_of_other_columns_is_left_out_wherever_it_begins(gap, preamble):
    frame = parse_file((_file().removesuffix("\n") + gap + preamble + LOOK_THROUGH).encode(), "IWM")
    assert frame["name"].tolist() == ["MOOG INC CLASS A", "EXAMPLE BIO INC CVR", "USD CASH"]


def test_a_second_table_with_the_columns_in_another_order_is_a_copy():
    with pytest.raises(UnexpectedPayload, match="printed 2 times"):
        parse_file((_file() + ",".join(reversed(HEADER.split(","))) + "\n").encode(), "IWM")


@pytest.mark.parametrize(
    ("header", "before", "after"),
    [
        (f"Type,{HEADER}", '"X",', ""),
        (HEADER.replace("Ticker,Name", "SEDOL,Name"), "", ""),
        (f"{HEADER},Market Weight", "", ',"5.00"'),
    ],
    ids=["another first column", "SEDOL alone", "two weights"],
)
def test_a_column_more_or_another_identifier_changes_nothing(header, before, after):
    frame = parse_file(_file(header=header, lines=[f"{before}{line}{after}" for line in LINES]).encode(), "IWM")
    assert frame["market_value_usd"].tolist() == [9800, 100, -10]
    assert frame["weight_pct"].tolist() == [98, 2.1, -0.1]


def test_the_market_weight_is_read_where_the_weight_is_empty():
    header, lines = f"{HEADER},Market Weight", [re.sub('"(98.00|2.10|-0.10)"', '"-"', line, count=1) for line in LINES]
    weighted = [f'{line},"{weight}"' for line, weight in zip(lines, ("98.00", "2.10", "-0.10"), strict=True)]
    assert parse_file(_file(header=header, lines=weighted).encode(), "IWM")["weight_pct"].tolist() == [98, 2.1, -0.1]


@pytest.mark.parametrize("title", ["Price", "Weight (%)", "Quantity", "Ticker"])
def test_a_column_that_is_read_and_there_twice_is_refused(title):
    lines = [f'{line},"5.00"' for line in LINES]
    with pytest.raises(UnexpectedPayload, match="is there twice"):
        parse_file(_file(header=f"{HEADER},{title}", lines=lines).encode(), "IWM")


@pytest.mark.parametrize("as_of", ["-", "--", ""])
def test_the_stub_for_a_date_without_holdings_is_nothing_yet(payload, as_of):
    with pytest.raises(NothingYet):
        parse(payload("holdings:IWM", _file(as_of=as_of, lines=(), shares="-")))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (_file(header=HEADER.replace("Quantity", "Pieces")), "none of Quantity, Shares, Par Value"),
        (_file(lines=LINES[1:]), "are 2.01 % of the fund's value"),
        (_file(lines=()), "has no lines"),
        ("Ticker,Name\n", "no line 'Fund Holdings as of'"),
    ],
)
def test_a_list_that_is_not_whole_is_unexpected(payload, body, reason):
    with pytest.raises(UnexpectedPayload, match=reason):
        parse(payload("holdings:IWM", body))


class _Landed(WarehouseDates):
    """A warehouse that holds these dates."""

    def __init__(self, settings, *days):
        super().__init__(settings)
        object.__setattr__(self, "days", frozenset(days))

    def dates(self, table, **key):
        return self.days if key == {"fund": "IWM"} else frozenset()


def _asked(settings, *landed, **kwargs):
    catalog = Catalog.load()
    plan = Plan.of(settings, catalog, **{"funds": ["IWM"]} | kwargs)
    return [q.request.params.get("asOfDate") for q in fetch_tasks(plan, catalog, _Landed(settings, *landed))]


def test_the_latest_file_and_the_trailing_sessions_are_asked_for(settings):
    asked = _asked(settings)
    assert asked[0] is None
    assert asked[1:] == [
        "20251218", "20251219", "20251222", "20251223", "20251224",
        "20251226", "20251229", "20251230", "20251231", "20260102",
    ]  # fmt: skip


def test_landed_dates_are_asked_for_again_only_when_they_are_the_newest_two(settings):
    landed = [date(2025, 12, day) for day in (18, 19, 22, 23, 24, 26, 29, 30)]
    assert _asked(settings, *landed) == [None, "20251229", "20251230", "20251231", "20260102"]


def test_the_dates_of_a_backfill_are_asked_for_and_no_other(settings):
    days = [date(2025, 5, 13), date(2025, 11, 5)]
    assert _asked(settings, days[0], holdings_dates=days) == ["20250513", "20251105"]


def test_the_simulated_market_opens_with_a_month_of_holdings(settings):
    assert len(_asked(replace(settings, sources="sample", pretend_now=None))) == 36


def test_funds_without_holdings_are_not_asked(settings):
    assert _asked(settings, funds=["TLT"]) == []


def test_holdings_feed_no_driver(settings):
    catalog = Catalog.load()
    plan = Plan.of(settings, catalog, funds=["IWM"])
    asked = fetch_tasks(plan, catalog, WarehouseDates(settings))
    assert not any(q.feeds_driver for q in asked)
    assert asked[0].expected_date == date(2025, 12, 31)
    assert asked[1].request.requested_date == date(2025, 12, 18)


@pytest.mark.parametrize(
    ("name", "rows", "first"),
    [
        ("ishares_IWM_2026_format.csv", 8, "AAON"),
        ("ishares_IWM_old_ajax_bom_nbsp_footer.csv", 8, "AAON"),
        ("ishares_HYG_2026_format.csv", 2, None),
    ],
)
def test_the_invented_samples_of_each_shape_are_read(contents, name, rows, first):
    frame = parse_file(contents(f"wire_shapes/{name}"), "IWM")
    assert len(frame) == rows
    assert (frame["ticker"].dropna().tolist() or [None])[0] == first


def test_the_sample_of_the_stub_is_nothing_yet(contents):
    with pytest.raises(NothingYet):
        parse_file(contents("wire_shapes/ishares_IWM_empty_stub.csv"), "IWM")


def test_the_sample_of_a_page_called_csv_is_unexpected(contents):
    with pytest.raises(UnexpectedPayload, match="web page"):
        parse_file(contents("wire_shapes/ishares_dead_ajax_html_as_csv.csv"), "IWM")


def test_every_archived_file_of_the_issuer_is_read_whole(real_file):
    names = {"IWM": NAME, "IVV": "iShares Core S&P 500 ETF"}
    files = sorted(real_file("observations/holdings").rglob("*.csv.gz"))
    assert len(files) >= 9
    for path in files:
        fund = path.parent.name
        frame = parse_file(gzip.decompress(path.read_bytes()), fund, names.get(fund))
        assert set(frame["as_of_date"]) == {date.fromisoformat(path.name[:10])}
        assert len(frame) > 490
        assert frame["weight_pct"].sum() == pytest.approx(100, abs=2)  # thousands of tiny lines round to 0.00
        assert frame["quantity"].notna().all()
        assert frame["fund_shares_outstanding"].notna().all()


REAL_FILES = (
    ("IWM", "2025-05-13"),
    ("IWM", "2025-11-05"),
    ("IVV", "2022-12-30"),
    ("IVV", "2023-04-06"),
    ("IVV", "2024-12-06"),
    ("IVV", "2025-05-08"),
    ("IWV", "2025-05-02"),
    ("IWV", "2025-05-21"),
    ("ITOT", "2020-04-29"),
)


@pytest.mark.parametrize(("fund", "as_of"), REAL_FILES)
def test_a_real_file_lands_with_the_issuers_own_counts_and_sums(contents, settings, fund, as_of):
    """Against a plain reading of the file that shares no code with the parser."""
    body = contents(f"observations/holdings/{fund}/{as_of}.csv.gz")
    table = body.decode("utf-8-sig").split("\n\u00a0")[1].splitlines()
    lines = list(csv.DictReader(line for line in table if line.strip()))
    frame = parse_file(body, fund)
    with warehouse.connect(settings) as con:
        land(con, ISHARES_HOLDINGS, frame, knowledge_ts=settings.now(), payload_sha256="hash")
        landed = con.execute(
            "select as_of_date, count(*), count(*) filter (asset_class = 'Equity'), sum(market_value_usd),"
            " sum(weight_pct), sum(quantity), max(fund_shares_outstanding), count(ticker)"
            " from raw.ishares__holdings group by 1"
        ).fetchall()[0]

    def total(title):
        return sum(Decimal(line[title].replace(",", "")) for line in lines)

    quantity = "Quantity" if "Quantity" in lines[0] else "Shares"
    outstanding = re.search(r'Shares Outstanding,"([\d,.]+)"', body.decode("utf-8-sig"))
    assert landed[0] == date.fromisoformat(as_of)
    assert landed[1] == len(lines) > 490
    assert landed[2] == sum(line["Asset Class"] == "Equity" for line in lines)
    assert landed[3] == pytest.approx(float(total("Market Value")), rel=1e-12)
    assert landed[4] == pytest.approx(float(total("Weight (%)")), abs=1e-9)
    assert landed[5] == pytest.approx(float(total(quantity)), rel=1e-12)
    assert landed[6] == float(outstanding[1].replace(",", ""))
    assert landed[7] == sum(line["Ticker"] != "-" for line in lines)
