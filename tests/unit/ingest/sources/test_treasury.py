from dataclasses import replace
from datetime import date

import pytest

from ingest.errors import UnexpectedPayload
from ingest.parsing.text import LEFT_OUT
from ingest.registry.calendars import session_dates
from ingest.registry.seeds import Catalog
from ingest.sources.base import Plan
from ingest.sources.treasury import fetch_tasks, parse
from ingest.storage.warehouse import WarehouseDates

SOURCE = "treasury:par_yields"
ENTRY = (
    '<entry><content type="application/xml"><m:properties>\n'
    '<d:Id m:type="Edm.Int32">1</d:Id><d:NEW_DATE m:type="Edm.DateTime">{day}T00:00:00</d:NEW_DATE>\n{tenors}'
    '<d:BC_30YEARDISPLAY m:type="Edm.Double">0</d:BC_30YEARDISPLAY>\n</m:properties></content></entry>\n'
)


def _tenor(tag, value):
    return f'<d:{tag} m:type="Edm.Double">{value}</d:{tag}>'


def _feed(*entries):
    body = "".join(ENTRY.format(day=d, tenors="".join(_tenor(*t) for t in tenors)) for d, *tenors in entries)
    return (
        '<?xml version="1.0" encoding="utf-8" standalone="yes" ?>\n'
        '<feed xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices" '
        'xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata" '
        'xmlns="http://www.w3.org/2005/Atom"> \n'
        f"{body}</feed>\n"
    )


DAY = ("2026-01-02", ("BC_1_5MONTH", 3.88), ("BC_2YEAR", 4.39), ("BC_10YEAR", 4.79))


def _rows(frame):
    return list(frame.itertuples(index=False, name=None))


def test_a_feed_is_one_row_a_tenor_and_the_display_field_is_none(payload):
    assert _rows(parse(payload(SOURCE, _feed(DAY)))) == [
        (date(2026, 1, 2), "1.5 Mo", 3.88),
        (date(2026, 1, 2), "2 Yr", 4.39),
        (date(2026, 1, 2), "10 Yr", 4.79),
    ]


def test_an_entry_without_tenors_is_no_row(payload):
    """2010-10-11 was Columbus Day and is an entry all the same."""
    frame = parse(payload(SOURCE, _feed(DAY, ("2010-10-11",))))
    assert set(frame["observation_date"]) == {date(2026, 1, 2)}


def test_a_tenor_that_is_null_is_no_row(payload):
    body = _feed(DAY).replace("</d:BC_2YEAR>", '</d:BC_2YEAR><d:BC_30YEAR m:type="Edm.Double" m:null="true" />')
    assert "30 Yr" not in set(parse(payload(SOURCE, body))["tenor"])


def test_an_unknown_tenor_keeps_its_own_name(payload):
    frame = parse(payload(SOURCE, _feed((*DAY, ("BC_50YEAR", 5.1)))))
    assert "50 Yr" in set(frame["tenor"])


def test_whitespace_and_a_mark_before_the_declaration_are_passed_over(payload):
    assert len(parse(payload(SOURCE, "\ufeff\n " + _feed(DAY)))) == 3


def test_a_table_gives_the_same_rows_whatever_its_spelling(payload):
    body = '\ufeffDate,"1.5 Month","2 YR","10 Yr","Note"\r\n01/02/2026,3.88,4.39,4.79,\r\n12/31/2025,N/A,4.40,,'
    assert _rows(parse(payload(SOURCE, body))) == [
        (date(2026, 1, 2), "1.5 Mo", 3.88),
        (date(2026, 1, 2), "2 Yr", 4.39),
        (date(2026, 1, 2), "10 Yr", 4.79),
        (date(2025, 12, 31), "2 Yr", 4.40),
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (_feed(DAY).replace("<feed", "<!DOCTYPE feed><feed"), "document type"),
        (_feed(DAY).replace("NEW_DATE", "OLD_DATE"), "no NEW_DATE"),
        ('When,"10 Yr"\n', "beginning with Date"),
    ],
)
def test_another_feed_is_unexpected(payload, body, reason):
    with pytest.raises(UnexpectedPayload, match=reason):
        parse(payload(SOURCE, body))


class _Landed(WarehouseDates):
    def __init__(self, settings, days):
        super().__init__(settings)
        object.__setattr__(self, "days", frozenset(days))

    def dates(self, table, **key):
        return self.days


def _years(settings, now, days=(), since=date(2023, 1, 1)):
    catalog = Catalog.load()
    moment = replace(settings, pretend_now=settings.now().fromisoformat(now))
    asked = fetch_tasks(Plan.of(moment, catalog, since=since), catalog, _Landed(moment, days))
    return [int(q.request.params["field_tdr_date_value"]) for q in asked]


WHOLE_2023 = session_dates(date(2023, 1, 1), date(2023, 12, 31))


def test_every_incomplete_year_is_requested(settings):
    assert _years(settings, "2026-06-30T13:00:00+00:00") == [2023, 2024, 2025, 2026]
    assert _years(settings, "2026-06-30T13:00:00+00:00", WHOLE_2023) == [2024, 2025, 2026]
    assert _years(settings, "2026-06-30T13:00:00+00:00", WHOLE_2023[:-3]) == [2023, 2024, 2025, 2026]
    assert _years(settings, "2026-06-30T13:00:00+00:00", WHOLE_2023[30:]) == [2023, 2024, 2025, 2026]


def test_the_old_year_is_asked_for_again_in_the_first_days_of_the_new_one(settings):
    days = session_dates(date(2023, 1, 1), date(2025, 12, 31))
    assert _years(settings, "2026-01-05T13:00:00+00:00", days) == [2025, 2026]
    assert _years(settings, "2026-02-02T13:00:00+00:00", days) == [2026]


def test_the_table_of_the_same_year_is_the_alternative(settings):
    catalog = Catalog.load()
    task = fetch_tasks(Plan.of(settings, catalog), catalog, WarehouseDates(settings))[0]
    (other,) = task.alternatives
    assert "daily-treasury-rates.csv/2007/all" in other.request.public_url
    assert task.feeds_driver
    assert task.expected_date == date(2026, 1, 2)


def test_the_real_feeds_of_every_year_are_read(payload, real_file):
    for path in sorted(real_file("wire_samples").glob("treasury_xml_*/*.xml.gz")):
        import gzip

        frame = parse(payload(SOURCE, gzip.decompress(path.read_bytes())))
        year = int(path.name[:4])
        assert {d.year for d in frame["observation_date"]} == {year}
        assert not frame.duplicated(["observation_date", "tenor"]).any()
        assert (date(2010, 10, 11) in set(frame["observation_date"])) is False
        if 2003 <= year <= 2005:
            assert "30 Yr" not in set(frame["tenor"])


def test_feed_and_table_of_a_year_agree(payload, contents):
    xml = parse(payload(SOURCE, contents("wire_samples/treasury_xml_home_treasury_gov/2000.xml.gz")))
    table = parse(
        payload(SOURCE, contents("wire_samples/treasury_csv/daily-treasury-rates_2000_downloaded_2025-02.csv"))
    )
    assert set(_rows(xml)) == set(_rows(table))


@pytest.mark.parametrize(
    ("name", "rows"),
    [("treasury_nominal.xml", 10), ("treasury_nominal_2024.csv", 13), ("treasury_nominal_2025.csv", 41)],
)
def test_the_invented_samples_of_each_shape_are_read(payload, contents, name, rows):
    assert len(parse(payload(SOURCE, contents(f"wire_shapes/{name}")))) == rows


def test_the_whole_history_as_one_table_is_read(payload, contents):
    frame = parse(payload(SOURCE, contents("wire_samples/treasury_csv/daily-treasury-rates_all_1990-2022-03.csv.gz")))
    ten = frame[(frame["tenor"] == "10 Yr") & (frame["observation_date"] == date(2020, 3, 9))]
    assert ten["yield_pct"].tolist() == [0.54]


def test_a_curve_of_zeros_is_no_row_and_is_reported(payload):
    zeros = ("2026-01-05", ("BC_1_5MONTH", 0.0), ("BC_2YEAR", 0.0), ("BC_10YEAR", 0.0))
    frame = parse(payload(SOURCE, _feed(DAY, zeros)))
    assert {on for on, _, _ in _rows(frame)} == {date(2026, 1, 2)}
    assert frame.attrs[LEFT_OUT] == ["a curve of zeros on 2026-01-05, which no yield curve has ever been"]


def test_one_yield_of_zero_among_others_is_a_yield(payload):
    frame = parse(payload(SOURCE, _feed(("2026-01-02", ("BC_1MONTH", 0.0), ("BC_2YEAR", 0.1), ("BC_10YEAR", 0.7)))))
    assert len(frame) == 3
