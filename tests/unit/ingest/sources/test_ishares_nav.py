from datetime import date

import pytest

from ingest.errors import UnexpectedPayload
from ingest.registry.seeds import Catalog
from ingest.sources.base import Plan
from ingest.sources.ishares_nav import fetch_tasks, parse
from ingest.storage.warehouse import WarehouseDates

HEADER = ("As Of", "NAV per Share", "Ex-Dividends", "Shares Outstanding")
ROWS = (
    ("Jan 05, 2026", "250.5", "--", "273950000"),
    ("Jan 02, 2026", "249.25", "0.81", "--"),
    ("Dec 31, 2025", "--", "--", "274000000"),
)


def _cell(text, attributes=""):
    return f'<ss:Cell{attributes}><ss:Data ss:Type="String">{text}</ss:Data></ss:Cell>'


def _row(cells):
    return "<ss:Row>" + "".join(map(_cell, cells)) + "</ss:Row>\n"


def _workbook(rows=ROWS, header=HEADER, before="", sheet="Historical", start='<?xml version="1.0"?>\n'):
    return (
        f'{start}<ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">\n'
        f'<ss:Worksheet ss:Name="Holdings"><ss:Table>{_row(("SMITH &amp; CO", "A"))}</ss:Table></ss:Worksheet>\n'
        f'<ss:Worksheet ss:Name="{sheet}"><ss:Table>{before}{_row(header)}{"".join(map(_row, rows))}</ss:Table>'
        "</ss:Worksheet>\n</ss:Workbook>\n"
    )


def _values(frame):
    return [
        (r.observation_date, r.nav_usd, None if r.ex_dividend_usd != r.ex_dividend_usd else r.ex_dividend_usd)
        for r in frame.itertuples()
    ]


def test_values_and_distributions_are_read_and_days_without_a_value_are_none(payload):
    frame = parse(payload("nav:IWM", _workbook()))
    assert _values(frame) == [(date(2026, 1, 5), 250.5, None), (date(2026, 1, 2), 249.25, 0.81)]
    assert frame["shares_outstanding"].tolist()[0] == 273950000
    assert frame["shares_outstanding"].isna().tolist() == [False, True]
    assert set(frame["fund"]) == {"IWM"}


@pytest.mark.parametrize("marks", ["\ufeff", "\ufeff\ufeff", "\n \ufeff"])
def test_byte_order_marks_are_stripped(payload, marks):
    assert len(parse(payload("nav:IWM", marks + _workbook()))) == 2


def test_bare_ampersands_are_repaired(payload):
    assert len(parse(payload("nav:IWM", _workbook().replace("&amp;", "&")))) == 2


def test_columns_are_found_by_name_in_any_order_and_unknown_ones_are_passed_over(payload):
    header = ("Shares Outstanding", "As Of", "Non-FV NAV", "Ex-Dividends", "NAV per Share")
    frame = parse(payload("nav:EFA", _workbook([("1", "Jan 05, 2026", "9", "--", "80.5")], header)))
    assert _values(frame) == [(date(2026, 1, 5), 80.5, None)]


def test_sparse_cells_keep_their_place(payload):
    row = "<ss:Row>" + _cell("Jan 05, 2026") + _cell("250.5") + _cell("99", ' ss:Index="4"') + "</ss:Row>"
    body = _workbook([]).replace(_row(HEADER), _row(HEADER) + row)
    frame = parse(payload("nav:IWM", body))
    assert _values(frame) == [(date(2026, 1, 5), 250.5, None)]
    assert frame["shares_outstanding"].tolist() == [99]


def test_rows_before_the_header_are_passed_over(payload):
    assert len(parse(payload("nav:IWM", _workbook(before=_row(("iShares", "as of")))))) == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (_workbook(sheet="History"), "one worksheet Historical.*History"),
        (_workbook(start='<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'), "document type"),
        (_workbook([("Jan 05, 2026", "-3", "--", "1")]), "no share is worth"),
    ],
)
def test_another_workbook_is_unexpected(payload, body, reason):
    with pytest.raises(UnexpectedPayload, match=reason):
        parse(payload("nav:IWM", body))


def test_funds_of_the_plan_their_benchmarks_and_driver_funds_are_asked_once(settings):
    catalog = Catalog.load()
    asked = fetch_tasks(Plan.of(settings, catalog, funds=["IWM"]), catalog, WarehouseDates(settings))
    assert [q.source for q in asked] == ["nav:IWM", "nav:IVV", "nav:HYG", "nav:IEF"]
    assert all(q.feeds_driver for q in asked)
    assert asked[0].request.params["portfolioId"] == "239710"
    assert asked[0].request.params["component"] == "fundDownload"


def test_the_invented_sample_of_the_shape_is_read(payload, contents):
    frame = parse(payload("nav:IWM", contents("wire_shapes/ishares_IWM_fundDownload.xls")))
    assert frame["nav_usd"].tolist() == [285.113595, 284.925223, 286.398171]
    assert frame["ex_dividend_usd"].tolist()[1] == 0.8101


def test_the_issuers_own_workbook_is_read(payload, contents):
    body = contents("wire_samples/ishares_workbook/IVV_iShares-Core-SP-500-ETF_fund_2022.xls.gz")
    frame = parse(payload("nav:IVV", body))
    assert len(frame) > 5000
    assert frame["observation_date"].is_unique
    assert frame["observation_date"].min() == date(2000, 5, 15)
    assert frame["ex_dividend_usd"].notna().sum() > 60


def test_a_workbook_saved_by_a_spreadsheet_program_is_refused(payload, contents):
    body = contents("wire_samples/ishares_workbook/IWM_iShares-Russell-2000-ETF_fund_2025-02-04_resaved_BIFF.xls.gz")
    with pytest.raises(UnexpectedPayload):
        parse(payload("nav:IWM", body))
