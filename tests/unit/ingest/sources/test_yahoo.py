import json
from datetime import UTC, date, datetime

import pytest

from ingest.errors import UnexpectedPayload
from ingest.registry.seeds import Catalog
from ingest.sources.base import Plan
from ingest.sources.yahoo import fetch_tasks, parse
from ingest.storage.warehouse import WarehouseDates

SOURCE = "yahoo:IWM"


def _stamp(day, hour=14, minute=30):
    return int(datetime(2026, 1, day, hour, minute, tzinfo=UTC).timestamp())


def _chart(days=(2, 5), closes=(249.99, 251.0), dividends=None, stamps=None, symbol="IWM", **quote):
    stamps = [_stamp(day) for day in days] if stamps is None else stamps
    prices = (
        {name: list(closes) for name in ("open", "high", "low", "close")} | {"volume": [1000] * len(closes)} | quote
    )
    result = {
        "meta": {"symbol": symbol, "exchangeTimezoneName": "America/New_York"},
        "timestamp": stamps,
        "events": {"dividends": {str(s): {"amount": a, "date": s} for s, a in (dividends or {}).items()}},
        "indicators": {"quote": [prices], "adjclose": [{"adjclose": [float("inf")] * len(closes)}]},
    }
    return json.dumps({"chart": {"result": [result], "error": None}})


EVENING = datetime(2026, 1, 5, 23, 0, tzinfo=UTC)


def _read(payload, body, at=EVENING):
    return parse(payload(SOURCE, body, at))


def test_a_bar_belongs_to_the_session_in_the_exchanges_own_zone(payload):
    frame = _read(payload, _chart())
    assert frame["observation_date"].tolist() == [date(2026, 1, 2), date(2026, 1, 5)]
    late = _chart(days=(2,), closes=(1.0,), stamps=[_stamp(3, 2, 0)])  # 21:00 in New York the evening before
    assert _read(payload, late)["observation_date"].tolist() == [date(2026, 1, 2)]


def test_single_precision_noise_is_rounded_away(payload):
    assert _read(payload, _chart(closes=(283.989990234375, 251.0)))["close_usd"].tolist() == [283.99, 251.0]


def test_a_bar_without_a_close_is_no_row_and_other_holes_are_missing(payload):
    frame = _read(payload, _chart(closes=(None, 251.0), open=[1.0, None], volume=[None, None]))
    assert frame["observation_date"].tolist() == [date(2026, 1, 5)]
    assert frame[["open_usd", "volume"]].isna().all(axis=None)


def test_dividends_go_to_their_session(payload):
    frame = _read(payload, _chart(dividends={_stamp(5): 0.81}))
    assert frame["dividend_usd"].isna().tolist() == [True, False]
    assert frame["dividend_usd"].tolist()[1] == 0.81


def test_the_bar_of_a_session_still_open_is_left_out(payload):
    noon = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)
    assert _read(payload, _chart(), noon)["observation_date"].tolist() == [date(2026, 1, 2)]


def test_a_finished_session_sent_twice_keeps_the_final_close(payload):
    body = _chart(closes=(249.0, 250.0, 251.5), stamps=[_stamp(2), _stamp(5), _stamp(5, 21, 0)])
    frame = _read(payload, body)
    assert frame["close_usd"].tolist() == [249.0, 251.5]


def test_infinities_of_the_adjusted_close_do_no_harm(payload):
    assert "Infinity" in _chart()
    assert len(_read(payload, _chart())) == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (_chart(volume=[1]), "one length"),
        ('{"chart":{"result":null,"error":{"code":"Not Found"}}}', "expected a chart in JSON, found .*Not Found"),
        (_chart().replace("America/New_York", "Mars/Olympus"), "ZoneInfoNotFoundError"),
    ],
)
def test_another_chart_is_unexpected(payload, body, reason):
    with pytest.raises(UnexpectedPayload, match=reason):
        _read(payload, body)


def test_every_symbol_is_asked_for_over_the_dates_of_the_plan(settings):
    catalog = Catalog.load()
    plan = Plan.of(settings, catalog, since=date(2025, 1, 2), until=date(2025, 12, 31))
    asked = {q.source: q for q in fetch_tasks(plan, catalog, WarehouseDates(settings))}
    assert set(asked) == {f"yahoo:{series.source_id}" for series in catalog.series_of("yahoo")}
    assert {"yahoo:USO", "yahoo:SPY", "yahoo:LQD"} <= set(asked)
    # a witness that is not listed is missing; a driver or a fallback that is not listed is an error
    absent = {source: q.request.absent_status for source, q in asked.items()}
    assert (absent["yahoo:USO"], absent["yahoo:SPY"], absent["yahoo:LQD"]) == (None, None, 404)
    assert [s for s, q in asked.items() if q.feeds_driver] == ["yahoo:USO"]
    params = asked["yahoo:USO"].request.params
    first, last = (datetime.fromtimestamp(int(params[p]), UTC) for p in ("period1", "period2"))
    assert first == datetime(2025, 1, 2, 5, tzinfo=UTC)
    assert last == datetime(2026, 1, 1, 5, tzinfo=UTC)


def test_the_sample_of_the_shape_is_read(payload, contents):
    body = contents("wire_shapes/yahoo_chart.json")
    during = datetime.fromtimestamp(1795185000 + 3600, UTC)
    assert parse(payload(SOURCE, body, during))["close_usd"].tolist() == [283.99, 284.92]
    after = datetime.fromtimestamp(1795185000 + 12 * 3600, UTC)
    assert parse(payload(SOURCE, body, after))["close_usd"].tolist() == [283.99, 284.92, 285.1]


@pytest.mark.parametrize("name", ["yahoo_429.txt", "yahoo_404.json"])
def test_samples_of_refusals_are_unexpected(payload, contents, name):
    with pytest.raises(UnexpectedPayload):
        parse(payload(SOURCE, contents(f"wire_shapes/{name}")))


def chart(closes, *, first=date(2025, 12, 1), **events):
    """A chart of consecutive days; None is a bar of nulls."""
    opens = [
        int(datetime(first.year, first.month, first.day + i, 14, 30, tzinfo=UTC).timestamp())
        for i in range(len(closes))
    ]
    quote = dict.fromkeys(("open", "high", "low", "close", "volume"), closes)
    named = {kind: {str(i): {**event, "date": opens[i]} for i, event in at.items()} for kind, at in events.items()}
    meta = {"symbol": "USO", "exchangeTimezoneName": "America/New_York"}
    result = {"meta": meta, "timestamp": opens, "events": named, "indicators": {"quote": [quote]}}
    return json.dumps({"chart": {"result": [result], "error": None}})


@pytest.mark.parametrize(
    ("new_shares", "old_shares", "closes", "expected"),
    [
        (1, 8, [2.0, 2.1, 16.8, 17.0], [16.0, 16.8, 16.8, 17.0]),  # not applied yet
        (1, 8, [16.0, 16.8, 16.4, 17.0], [16.0, 16.8, 16.4, 17.0]),  # applied
        (4, 1, [400.0, 408.0, 101.0, 100.0], [100.0, 102.0, 101.0, 100.0]),
        (3, 2, [150.0, 150.0, 98.0, 99.0], [100.0, 100.0, 98.0, 99.0]),
    ],
)
def test_a_split_is_applied_where_the_closes_show_that_it_was_not(payload, new_shares, old_shares, closes, expected):
    body = chart(closes, splits={2: {"numerator": new_shares, "denominator": old_shares}})
    assert parse(payload("yahoo:USO", body))["close_usd"].tolist() == pytest.approx(expected)


def test_a_dividend_on_a_bar_of_nulls_goes_ex_with_the_next_bar(payload):
    body = chart([80.0, None, 78.5], dividends={1: {"amount": 0.4}})
    frame = parse(payload("yahoo:USO", body))
    assert frame["close_usd"].tolist() == [80.0, 78.5]
    assert frame["dividend_usd"].fillna(0).tolist() == [0, 0.4]
