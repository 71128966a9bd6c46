import json
from dataclasses import replace
from datetime import date

import pytest

from ingest.registry.seeds import Catalog
from ingest.sources.base import Plan
from ingest.sources.fred import fetch_tasks, parse
from ingest.storage.warehouse import WarehouseDates

SOURCE = "fred:DCOILWTICO"
GRAPH = "observation_date,DCOILWTICO\n2020-04-17,18.31\n2020-04-20,-36.98\n2020-04-21,0\n2020-05-25,\n2020-05-26,.\n"
API = {"observations": [{"date": "2020-04-20", "value": "-36.98"}, {"date": "2020-05-25", "value": "."}]}
EIA = {
    "response": {
        "total": "2",
        "data": [
            {"period": "2020-04-20", "series": "RWTC", "value": "-36.98"},
            {"period": "2020-04-17", "series": "RWTC", "value": None},
        ],
    }
}


def _rows(frame):
    return list(frame.itertuples(index=False, name=None))


def test_negative_prices_are_prices_zero_is_zero_and_missing_is_no_row(payload):
    assert _rows(parse(payload(SOURCE, GRAPH))) == [
        ("DCOILWTICO", date(2020, 4, 17), 18.31),
        ("DCOILWTICO", date(2020, 4, 20), -36.98),
        ("DCOILWTICO", date(2020, 4, 21), 0.0),
    ]


@pytest.mark.parametrize(
    "body",
    [
        GRAPH.replace("observation_date", "DATE"),
        "\ufeff" + GRAPH.replace("\n", "\r\n"),
        GRAPH.replace("DCOILWTICO", "DCOILWTICO,DGS10").replace("\n2020", ",1.0\n2020").rstrip("\n") + ",1.0\n",
    ],
    ids=["until December 2024", "mark and carriage returns", "beside another series"],
)
def test_spellings_of_the_graph_give_the_same_rows(payload, body):
    if "DGS10" in body:
        body = "observation_date,DGS10,DCOILWTICO\n2020-04-17,1,18.31\n2020-04-20,1,-36.98\n2020-04-21,,0\n"
    assert _rows(parse(payload(SOURCE, body))) == _rows(parse(payload(SOURCE, GRAPH)))


@pytest.mark.parametrize("document", [API, EIA])
def test_the_endpoints_that_need_a_key_give_the_same_observations(payload, document):
    assert _rows(parse(payload(SOURCE, json.dumps(document)))) == [("DCOILWTICO", date(2020, 4, 20), -36.98)]


def _questions(settings):
    catalog = Catalog.load()
    return {q.source: q for q in fetch_tasks(Plan.of(settings, catalog), catalog, WarehouseDates(settings))}


def test_every_series_of_the_catalog_is_asked_for_from_the_first_date_on(settings):
    asked = _questions(settings)
    assert set(asked) == {f"fred:{s.source_id}" for s in Catalog.load().series_of("fred")}
    assert dict(asked["fred:DGS10"].request.params) == {"id": "DGS10", "cosd": "2007-01-01"}
    assert not asked["fred:DGS10"].feeds_driver  # it stands in for the Treasury's own curve


def test_keys_open_alternatives_live_and_nowhere_else(settings):
    keyed = replace(settings, fred_api_key="f" * 32, eia_api_key="e" * 40)
    assert _questions(keyed)[SOURCE].alternatives == ()
    live = _questions(replace(keyed, sources="live"))
    hosts = [q.request.host for q in live[SOURCE].alternatives]
    assert hosts == ["api.stlouisfed.org", "api.eia.gov"]
    assert [q.request.host for q in live["fred:DGS10"].alternatives] == ["api.stlouisfed.org"]
    for task in live[SOURCE].alternatives:
        assert "ffff" not in repr(task) + task.request.public_url
        assert "eeee" not in repr(task) + task.request.public_url


@pytest.mark.parametrize(
    ("name", "series", "rows"),
    [
        ("wire_shapes/fred_graph_multi.csv", "DCOILWTICO", 3),
        ("wire_shapes/fred_graph_multi.csv", "DGS10", 3),
        ("wire_shapes/fred_graph_pre2024-12.csv", "DGS10", 1),
        ("wire_shapes/fred_api.json", "DGS10", 1),
        ("wire_shapes/eia_v2.json", "DCOILWTICO", 1),
        ("wire_samples/fred/DGS10_fredgraph_2005_2026-02.csv", "DGS10", 5271),
        ("wire_samples/fred/BAMLH0A0HYM2_fredgraph_1999_2025-09.csv", "BAMLH0A0HYM2", 6_900),
    ],
)
def test_real_files_and_samples_are_read(payload, contents, name, series, rows):
    frame = parse(payload(f"fred:{series}", contents(name)))
    assert len(frame) == rows or (rows > 100 and len(frame) > 0.95 * rows)
    assert frame["value"].notna().all()
