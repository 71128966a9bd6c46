from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from ingest.errors import UnexpectedPayload
from ingest.pipeline.load import land, land_documents, next_landing_ids
from ingest.pipeline.stage import Document
from ingest.registry.raw_tables import CBOE_VIX, FRED_OBSERVATIONS, ISHARES_HOLDINGS, MACROTAPE_SOURCE_CHECKS
from ingest.storage import warehouse

T0 = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
DAY = date(2026, 1, 2)


@pytest.fixture
def con(settings):
    with warehouse.connect(settings) as connection:
        yield connection


def _observations(*values, start=DAY):
    days = [start + timedelta(days=i) for i in range(len(values))]
    return pd.DataFrame({"fred_id": "DGS10", "observation_date": days, "value": list(values)})


def _land(con, frame, at=T0, table=FRED_OBSERVATIONS, **kwargs):
    return land(con, table, frame, knowledge_ts=at, payload_sha256="hash", **kwargs)


def _all(con, table, columns="*"):
    return con.execute(f"select {columns} from raw.{table.name} order by all").fetchall()


def _holdings(*names, as_of=DAY, fund="IWM"):
    rows = {column.name: None for column in ISHARES_HOLDINGS.columns}
    rows |= {"fund": fund, "as_of_date": as_of, "name": list(names), "line_number": list(range(1, len(names) + 1))}
    return pd.DataFrame(rows)


def test_rows_land_with_their_provenance(con):
    result = _land(con, _observations(4.1, 4.2))
    assert (result.rows_seen, result.rows_landed) == (2, 2)
    assert (result.first_date, result.last_date) == (DAY, DAY + timedelta(days=1))
    assert _all(con, FRED_OBSERVATIONS)[0] == ("DGS10", DAY, 4.1, T0.replace(tzinfo=None), 1, "hash")


def test_landing_the_same_rows_again_writes_nothing(con):
    _land(con, _observations(4.1, 4.2))
    assert _land(con, _observations(4.1, 4.2), T0 + timedelta(days=1)).rows_landed == 0
    assert len(_all(con, FRED_OBSERVATIONS)) == 2


def test_a_changed_value_is_a_new_version_and_the_old_one_stays(con):
    _land(con, _observations(4.1, 4.2))
    assert _land(con, _observations(4.1, 4.3), T0 + timedelta(days=1)).rows_landed == 1
    assert _all(con, FRED_OBSERVATIONS, "observation_date, value, landing_id")[1:] == [
        (DAY + timedelta(days=1), 4.2, 1),
        (DAY + timedelta(days=1), 4.3, 2),
    ]


def test_a_value_that_returns_to_what_it_was_is_a_version_too(con):
    for step, value in enumerate((4.1, 4.2, 4.1)):
        assert _land(con, _observations(value), T0 + timedelta(days=step)).rows_landed == 1


def test_versions_of_one_instant_are_ordered_by_landing(con):
    _land(con, _observations(4.1))
    _land(con, _observations(4.2))
    assert _land(con, _observations(4.2)).rows_landed == 0
    assert _land(con, _observations(4.1)).rows_landed == 1


def test_a_row_the_source_no_longer_sends_stays(con):
    _land(con, _observations(4.1, 4.2, 4.3))
    assert _land(con, _observations(4.3, start=DAY + timedelta(days=2)), T0 + timedelta(days=1)).rows_landed == 0
    assert len(_all(con, FRED_OBSERVATIONS)) == 3


def test_knowledge_of_an_earlier_instant_is_compared_with_what_was_known_then(con):
    _land(con, _observations(4.2), T0)
    earlier = T0 - timedelta(days=1)
    assert _land(con, _observations(4.1), earlier).rows_landed == 1
    assert _land(con, _observations(4.1), earlier).rows_landed == 0
    newest = con.execute("select value from raw.fred__observations order by knowledge_ts desc limit 1").fetchall()
    assert newest == [(4.2,)]


def test_missing_values_are_null_and_compare_equal(con):
    frame = pd.DataFrame(
        {"observation_date": [DAY], "open": [None], "high": [float("nan")], "low": [1.0], "close": [2.0]}
    )
    assert _land(con, frame, table=CBOE_VIX).rows_landed == 1
    assert _land(con, frame, T0 + timedelta(days=1), table=CBOE_VIX).rows_landed == 0
    assert _all(con, CBOE_VIX, "open, high, low") == [(None, None, 1.0)]


def test_an_empty_frame_lands_nothing(con):
    result = _land(con, _observations(4.1)[:0])
    assert (result.rows_seen, result.rows_landed, result.first_date) == (0, 0, None)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (_observations(4.1).drop(columns="value"), "columns missing .*'value'"),
        (_observations(4.1).assign(extra=1), "unknown .*'extra'"),
        (pd.concat([_observations(4.1), _observations(4.2)]), "share a grain"),
        (_observations(float("inf")), "not finite"),
        (_observations(4.1).assign(observation_date=None), "no grain"),
        (_observations("a lot"), "does not fit"),
    ],
)
def test_rows_that_cannot_be_right_are_refused_whole(con, frame, reason):
    _land(con, _observations(4.0, start=date(2025, 1, 2)))
    with pytest.raises(UnexpectedPayload, match=reason):
        _land(con, frame)
    assert len(_all(con, FRED_OBSERVATIONS)) == 1


def test_a_failure_while_writing_leaves_the_table_unchanged_and_usable(con, monkeypatch):
    def fail(*_):
        con.execute("insert into raw.fred__observations (fred_id) values ('half')")
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("ingest.pipeline.load.insert_changed_rows", fail)
        with pytest.raises(RuntimeError):
            _land(con, _observations(4.1))
    assert _all(con, FRED_OBSERVATIONS) == []
    assert _land(con, _observations(4.1)).rows_landed == 1


def test_a_document_that_differs_in_one_line_is_a_whole_new_version(con):
    _land(con, _holdings("A", "B", "C"), table=ISHARES_HOLDINGS)
    assert _land(con, _holdings("A", "B", "C"), T0 + timedelta(days=1), ISHARES_HOLDINGS).rows_landed == 0
    assert _land(con, _holdings("A", "B", "D"), T0 + timedelta(days=2), ISHARES_HOLDINGS).rows_landed == 3


def test_a_line_that_vanished_is_gone_from_the_current_version(con):
    _land(con, _holdings("A", "B", "C"), table=ISHARES_HOLDINGS)
    assert _land(con, _holdings("A", "B"), T0 + timedelta(days=1), ISHARES_HOLDINGS).rows_landed == 2
    current = con.execute(
        "select name from raw.ishares__holdings qualify rank() over "
        "(partition by fund, as_of_date order by knowledge_ts desc, landing_id desc) = 1 order by line_number"
    ).fetchall()
    assert current == [("A",), ("B",)]


def test_other_documents_of_a_landing_are_left_alone(con):
    later = DAY + timedelta(days=3)
    both = pd.concat([_holdings("A", "B"), _holdings("A", as_of=later)])
    assert _land(con, both, table=ISHARES_HOLDINGS).rows_landed == 3
    changed = pd.concat([_holdings("A", "B"), _holdings("Z", as_of=later)])
    assert _land(con, changed, T0 + timedelta(days=1), ISHARES_HOLDINGS).rows_landed == 1


def test_moments_given_as_text_are_typed(con):
    frame = pd.DataFrame(
        {
            "source": ["fred:DGS10"],
            "checked_at": ["2026-01-05 14:00:00"],
            "outcome": ["landed"],
            "last_observation_date": ["2026-01-02"],
            "expected_date": [None],
            "rows_landed": [3],
            "is_stale": [False],
            "detail": ["fine"],
        },
        dtype=object,
    )
    assert _land(con, frame, table=MACROTAPE_SOURCE_CHECKS).last_date == date(2026, 1, 5)
    assert _all(con, MACROTAPE_SOURCE_CHECKS)[0][1:5] == (T0.replace(tzinfo=None), "landed", DAY, None)


def _documents(con, *frames, at=T0):
    numbers = next_landing_ids(con, len(frames))
    return [
        Document(frame, at + timedelta(minutes=i), f"hash {i}", number)
        for i, (frame, number) in enumerate(zip(frames, numbers, strict=True))
    ]


def _landed(results):
    return [r.rows_landed if not isinstance(r, UnexpectedPayload) else str(r) for r in results]


BATCH = [
    _holdings("A", "B"),
    _holdings("A", "B", as_of=DAY + timedelta(days=1)),
    _holdings("A", "C"),  # the first one, corrected
    _holdings("A", "C"),  # and sent once more
    _holdings("A", fund="IVV"),
]


def test_documents_landed_together_are_what_landing_one_by_one_gives(con, settings, tmp_path):
    together = _documents(con, *BATCH)
    assert _landed(land_documents(con, ISHARES_HOLDINGS, together)) == [2, 2, 2, 0, 1]
    with warehouse.connect(replace(settings, home=tmp_path / "other")) as other:
        one_by_one = [
            _land(other, d.frame, d.knowledge_ts, ISHARES_HOLDINGS, landing_id=d.landing_id).rows_landed
            for d in together
        ]
        assert one_by_one == [2, 2, 2, 0, 1]
        columns = "* exclude (payload_sha256)"
        assert _all(other, ISHARES_HOLDINGS, columns) == _all(con, ISHARES_HOLDINGS, columns)


def test_documents_landed_together_once_more_write_nothing(con):
    land_documents(con, ISHARES_HOLDINGS, _documents(con, BATCH[1], BATCH[2], BATCH[4]))
    again = land_documents(
        con, ISHARES_HOLDINGS, _documents(con, BATCH[1], BATCH[2], BATCH[4], at=T0 + timedelta(days=1))
    )
    assert _landed(again) == [0, 0, 0]
    assert [(r.rows_seen, r.first_date) for r in again] == [(2, DAY + timedelta(days=1)), (2, DAY), (1, DAY)]


def test_a_document_that_cannot_be_right_keeps_no_other_from_landing(con):
    wrong = BATCH[0].assign(line_number=1)
    short = BATCH[4].drop(columns="name")
    results = _landed(land_documents(con, ISHARES_HOLDINGS, _documents(con, BATCH[1], wrong, short, BATCH[4])))
    assert results[0] == 2
    assert "rows share a grain" in results[1]
    assert "columns missing ['name']" in results[2]
    assert results[3] == 1
    assert len(_all(con, ISHARES_HOLDINGS)) == 3


def test_documents_of_a_table_versioned_by_row_land_in_their_order(con):
    results = land_documents(con, FRED_OBSERVATIONS, _documents(con, _observations(4.1), _observations(4.2)))
    assert _landed(results) == [1, 1]
    assert _landed(
        land_documents(con, FRED_OBSERVATIONS, _documents(con, _observations(4.2), at=T0 + timedelta(days=1)))
    ) == [0]


def test_a_failure_while_writing_leaves_no_part_of_a_batch(con, monkeypatch):
    def fail(*_):
        con.execute("insert into raw.ishares__holdings (fund) values ('half')")
        raise KeyboardInterrupt

    monkeypatch.setattr("ingest.pipeline.load.insert_changed_documents", fail)
    with pytest.raises(KeyboardInterrupt):
        land_documents(con, ISHARES_HOLDINGS, _documents(con, BATCH[0], BATCH[1]))
    assert _all(con, ISHARES_HOLDINGS) == []
