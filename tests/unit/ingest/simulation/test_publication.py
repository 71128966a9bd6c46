"""Nothing is served before it would have been published."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ingest.registry.seeds import Catalog
from tests.support.simulated_market import Market

NEW_YORK = ZoneInfo("America/New_York")
TUESDAY, WEDNESDAY = date(2026, 5, 19), date(2026, 5, 20)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


def newest_stamp(now: datetime) -> date:
    """As sent: parsers wait for the ordinary close even on a half day."""
    url = "https://query1.finance.yahoo.com/v8/finance/chart/SPY"
    stamps = Market(now).get(url).json()["chart"]["result"][0]["timestamp"]
    return datetime.fromtimestamp(stamps[-1], NEW_YORK).date()


READ = {
    "nav": lambda m: max(m.nav("IWM")),
    "holdings": lambda m: datetime.strptime(m.holdings("IWM")[0], "%b %d, %Y").replace(tzinfo=UTC).date(),
    "treasury": lambda m: max(m.curve()),
    "yahoo": lambda m: max(m.bars("IWM")),
    "cboe": lambda m: max(m.vix()),
    "fred": lambda m: max(m.fred("DGS10")),
}


@pytest.mark.parametrize(
    ("source", "before", "after", "old", "new"),
    [
        ("nav", at(WEDNESDAY, 7), at(WEDNESDAY, 8), date(2026, 5, 18), TUESDAY),
        ("holdings", at(WEDNESDAY, 7), at(WEDNESDAY, 8), date(2026, 5, 18), TUESDAY),
        ("treasury", at(TUESDAY, 17, 59), at(TUESDAY, 18), date(2026, 5, 18), TUESDAY),
        ("yahoo", at(TUESDAY, 15, 59), at(TUESDAY, 16, 15), date(2026, 5, 18), TUESDAY),
        ("cboe", at(TUESDAY, 18), at(TUESDAY, 19), date(2026, 5, 18), TUESDAY),
        ("fred", at(WEDNESDAY, 2), at(WEDNESDAY, 3), date(2026, 5, 15), date(2026, 5, 18)),
    ],
)
def test_an_observation_appears_when_it_is_published(source, before, after, old, new):
    assert READ[source](Market(before)) == old
    assert READ[source](Market(after)) == new


def test_a_half_day_has_its_bar_after_the_early_close():
    half_day = date(2025, 11, 28)
    assert newest_stamp(at(half_day, 13)) < half_day
    assert newest_stamp(at(half_day, 13, 15)) == half_day


def test_spot_oil_comes_on_wednesdays_and_the_dollar_on_mondays():
    assert max(Market(at(WEDNESDAY, 12)).fred("DCOILWTICO")) == date(2026, 5, 11)
    assert max(Market(at(WEDNESDAY, 14)).fred("DCOILWTICO")) == date(2026, 5, 18)
    assert max(Market(at(date(2026, 5, 18), 16)).fred("DTWEXBGS")) == date(2026, 5, 8)
    assert max(Market(at(date(2026, 5, 18), 17)).fred("DTWEXBGS")) == date(2026, 5, 15)


def test_over_a_weekend_and_a_holiday_the_net_asset_value_waits_for_the_next_session():
    assert max(Market(at(date(2026, 5, 25), 12)).nav("IWM")) == date(2026, 5, 21)
    assert max(Market(at(date(2026, 5, 26), 8)).nav("IWM")) == date(2026, 5, 22)


@pytest.mark.parametrize("now", [datetime(2024, 2, 29, 12, 0, tzinfo=UTC), datetime(2025, 10, 14, 10, 0, tzinfo=UTC)])
def test_nothing_later_than_now_is_served_by_any_source(now):
    market, today = Market(now), now.astimezone(NEW_YORK).date()
    catalog = Catalog.load()
    newest = [
        *(max(market.nav(f.fund)) for f in catalog.funds),
        *(max(market.fred(s.source_id)) for s in catalog.series_of("fred")),
        *(max(market.bars(s.source_id)) for s in catalog.series_of("yahoo")),
        max(market.curve()),
        max(market.vix()),
    ]
    assert max(newest) < today


def test_history_does_not_change_later():
    early, late = Market(at(TUESDAY, 12)), Market()
    for read in (lambda m: m.nav("IWM"), lambda m: m.curve(), lambda m: m.bars("USO"), lambda m: m.vix()):
        before, after = read(early), read(late)
        assert before == {day: after[day] for day in before}
