from datetime import date

import pytest

from ingest.errors import NothingYet, UnexpectedPayload
from ingest.registry.seeds import Catalog
from ingest.sources.base import Plan
from ingest.sources.nasdaq import fetch_tasks, parse
from ingest.storage.warehouse import WarehouseDates

SOURCE = "nasdaq:USO"
ROW = '{"date": "%s", "close": "%s", "volume": "%s", "open": "70.10", "high": "71", "low": "69.90"}'
DOCUMENT = (
    '{"data": {"symbol": "USO", "totalRecords": 2, "tradesTable": {"rows": ['
    + ROW % ("12/31/2025", "$70.25", "1,234,567")
    + ", "
    + ROW % ("12/30/2025", "69.80", "--")
    + ']}}, "status": {"rCode": 200}}'
)


def test_prices_with_and_without_dollars_and_missing_volumes_are_read(payload):
    frame = parse(payload(SOURCE, DOCUMENT))
    assert frame["observation_date"].tolist() == [date(2025, 12, 31), date(2025, 12, 30)]
    assert frame["close_usd"].tolist() == [70.25, 69.80]
    assert frame["volume"].iloc[0] == 1_234_567
    assert frame["volume"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    "body",
    [
        '{"data": null, "message": null, "status": {"rCode": 400}}',
        '{"data": {"symbol": "USO", "tradesTable": {"rows": []}}, "status": {"rCode": 200}}',
        DOCUMENT.replace("$70.25", "--").replace("69.80", "--"),
    ],
)
def test_no_prices_are_nothing_yet(payload, body):
    with pytest.raises(NothingYet):
        parse(payload(SOURCE, body))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (DOCUMENT.replace('"symbol": "USO"', '"symbol": "BNO"'), "the history is of 'BNO'"),
        (DOCUMENT.replace('"close"', '"last"'), "column close is missing; the header is"),
        (DOCUMENT.replace("$70.25", "high"), "expected a number, found 'high'"),
        (DOCUMENT.replace("12/31/2025", "31.12.25"), "expected a date, found '31.12.25'"),
        (DOCUMENT.replace("tradesTable", "table"), "expected tradesTable with rows"),
        (DOCUMENT[:60], "expected data and status in JSON"),
        ('{"data": [], "status": {"rCode": 200}}', "expected data to be an object"),
        ('{"data": null, "status": {"rCode": 500}}', "status 500 inside the document"),
        ("<html></html>", "web page"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_anything_else_is_unexpected_and_quoted(payload, body, reason):
    with pytest.raises(UnexpectedPayload, match=reason):
        parse(payload(SOURCE, body))


def test_every_symbol_is_fetched_over_the_dates_of_the_plan_and_feeds_no_driver(settings):
    catalog = Catalog.load()
    plan = Plan.of(settings, catalog, since=date(2025, 1, 2), until=date(2025, 12, 31))
    tasks = {task.source: task for task in fetch_tasks(plan, catalog, WarehouseDates(settings))}
    assert set(tasks) == {f"nasdaq:{series.source_id}" for series in catalog.series_of("nasdaq")}
    assert not any(task.feeds_driver for task in tasks.values())
    request = tasks[SOURCE].request
    assert request.url.endswith("/api/quote/USO/historical")
    assert (request.params["fromdate"], request.params["todate"]) == ("2025-01-02", "2025-12-31")
