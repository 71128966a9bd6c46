from datetime import date

import pytest

from ingest.registry.seeds import Catalog
from ingest.sources.base import Plan
from ingest.sources.cboe import fetch_tasks, parse
from ingest.storage.warehouse import WarehouseDates

SOURCE = "cboe:VIX"
FILE = "DATE,OPEN,HIGH,LOW,CLOSE\n01/02/2026,17.24,20.31,17.1,18.7\n01/05/2026,0.000000,0,0,16.5\n"


def test_prices_are_read_and_a_zero_open_is_missing(payload):
    frame = parse(payload(SOURCE, FILE))
    assert frame.iloc[0].tolist() == [date(2026, 1, 2), 17.24, 20.31, 17.1, 18.7]
    assert frame.iloc[1][["open", "high", "low"]].isna().all()
    assert frame["close"].tolist() == [18.7, 16.5]


@pytest.mark.parametrize(
    "body",
    [
        "\ufeff" + FILE.replace("\n", "\r\n"),
        FILE + "\n",
        FILE.replace("DATE", "Date").replace("CLOSE", "Close"),
        FILE + "01/06/2026,1,1,1,\n",
    ],
)
def test_other_spellings_give_the_same_rows(payload, body):
    assert parse(payload(SOURCE, body)).equals(parse(payload(SOURCE, FILE)))


def test_the_one_file_is_asked_for_and_feeds_no_driver(settings):
    catalog = Catalog.load()
    (task,) = fetch_tasks(Plan.of(settings, catalog), catalog, WarehouseDates(settings))
    assert task.source == SOURCE
    assert task.request.url.endswith("/VIX_History.csv")
    assert not task.feeds_driver


def test_the_sample_of_the_shape_is_read(payload, contents):
    assert parse(payload(SOURCE, contents("wire_shapes/vix_history.csv")))["close"].tolist() == [17.24, 18.7]


def test_the_real_history_is_read(payload, contents):
    frame = parse(payload(SOURCE, contents("wire_samples/cboe/VIX_History_2026-07-31.csv.gz")))
    assert len(frame) > 9_000
    assert frame["observation_date"].is_unique
    assert frame.loc[frame["observation_date"] == date(2020, 3, 16), "close"].tolist() == [82.69]
