"""What was published stays on record: settled, restated, and told again as it was known then."""

from datetime import date

import pytest

from tests.support.homes import control, mirror, recent

pytestmark = pytest.mark.real_data
EVENING, MORNING = "2025-12-30T23:30:00Z", "2025-12-31T15:00:00Z"
CONFIRMED, LATER = "2026-01-02T15:00:00Z", "2026-01-03T15:00:00Z"


@pytest.fixture(scope="module")
def story(home, tmp_path_factory):
    """An evening without net asset values, a morning with them, FRED's confirmation, and a yield that both restate."""
    told = {}
    data = recent(tmp_path_factory.mktemp("observations"), date(2024, 8, 20))
    with mirror("--today", "2025-12-30", data=data) as url:

        def run(now):
            done = home.macrotape("run", "--sources", url, "--fund", "IWM", "--since", "2024-09-01", MACROTAPE_NOW=now)
            assert done.returncode in (0, 3), done.stderr
            told[now] = home.macrotape("brief", "--date", "2025-12-30").stdout

        run(EVENING)
        control(url, today="2025-12-31")
        run(MORNING)
        control(url, today="2026-01-02")
        run(CONFIRMED)
        control(url, revise={":treasury": {"2025-12-30": 4.28}, "series:DGS10": {"2025-12-30": 4.28}})
        run(LATER)
    return told


def status(home, day="2025-12-30"):
    return home.marts(
        "select status from marts.fct_attribution_summary_daily"
        f" where fund = 'IWM' and model = 'news' and session_date = date '{day}'"
    )[0][0]


def test_a_day_goes_from_provisional_to_final_to_restated(home, story):
    versions = home.marts(
        "select version, status, reason, is_latest from marts.fct_attribution_revisions where fund = 'IWM'"
        " and model = 'news' and driver = 'rates' and session_date = date '2025-12-30' order by version"
    )
    assert versions == [
        (1, "provisional", "first_published", False),
        (2, "final", "settled", False),
        (3, "restated", "restated", True),
    ]
    assert status(home) == "restated"
    assert status(home, "2025-12-29") == "final"


def test_the_latest_version_is_what_the_attribution_says(home, story):
    differing = home.marts(
        "select count(*) from marts.fct_driver_attribution_daily as a"
        " full join (select * from marts.fct_attribution_revisions where is_latest) as r"
        " using (fund, session_date, model, driver)"
        " where abs(a.contribution_pct - r.contribution_pct) > 1e-9 or a.fund is null or r.fund is null"
    )
    assert differing == [(0,)]


@pytest.mark.parametrize("moment", [EVENING, CONFIRMED])
def test_a_brief_as_known_then_is_what_was_published_then(home, story, moment):
    again = home.macrotape("brief", "--date", "2025-12-30", "--as-known-at", moment)
    assert again.returncode == 0, again.stderr
    assert again.stdout == story[moment]
    assert len(set(story.values())) == 4


def test_a_replay_from_the_archive_gives_equal_marts(home, story):
    (home.path / "warehouse.duckdb").unlink()
    done = home.macrotape("replay")
    assert done.returncode == 0, done.stderr
    assert "every mart equals that of release" in done.stdout


def test_a_clock_set_back_is_refused_and_the_last_release_stands(home, story):
    standing = home.release.release_id
    done = home.macrotape("run", MACROTAPE_NOW="2025-12-01T15:00:00Z", MACROTAPE_SOURCES="http://127.0.0.1:9")
    assert done.returncode == 2
    assert "clock" in done.stderr
    assert home.release.release_id == standing
