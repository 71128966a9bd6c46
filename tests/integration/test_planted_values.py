"""Wrong but well-formed values, each planted in one source on a day whose clean run is final.

No contribution that differs from the clean run by more than 0.10 points may be final, the run exits with status 3, and
headlines carry the dispute. One value by default, every line of the list with `make soak` (MACROTAPE_PLANTS=all).
"""

import os
import shutil

import duckdb
import pytest

from tests.support import homes

pytestmark = pytest.mark.real_data
PLANTS_FILE = homes.SHARED / "trust" / "plants.txt"
ALWAYS = ("yield_as_fraction",)
TOLERANCE_PCT = 0.10  # points; the largest difference that a final number may have


def plants():
    if not PLANTS_FILE.exists():
        return []
    lines = [line.split(None, 1) for line in PLANTS_FILE.read_text().splitlines() if line and not line.startswith("#")]
    chosen = lines if os.environ.get("MACROTAPE_PLANTS") == "all" else [line for line in lines if line[0] in ALWAYS]
    return [pytest.param(plant.strip(), id=name) for name, plant in chosen]


@pytest.fixture(scope="module")
def sources(recent_homes):
    data = recent_homes.observations
    with homes.mirror("--today", "2025-12-31", "--lag", "0", data=data) as url:
        yield url


@pytest.fixture(scope="module")
def clean(recent_homes):
    return published(recent_homes.clean)


def published(home):
    """Contributions of the last quarter; and status and headline of each fund on the last session."""
    with duckdb.connect(str(home / "current" / "macrotape.duckdb"), read_only=True) as con:
        contributions = con.execute(
            "select fund, session_date, model, driver, contribution_pct, status"
            " from marts.fct_driver_attribution_daily join marts.fct_attribution_summary_daily"
            " using (fund, session_date, model) where session_date >= '2025-10-01'"
        ).fetchall()
        days = con.execute(
            "select fund, status, headline from marts.fct_attribution_summary_daily join marts.dim_fund using (fund)"
            " where session_date = '2025-12-31' and model = default_model"
        ).fetchall()
    return {row[:4]: row[4:] for row in contributions}, {fund: told for fund, *told in days}


def test_the_clean_day_is_final(clean):
    _, days = clean
    assert {fund: status for fund, (status, _) in days.items()} == dict.fromkeys(("IWM", "IVV", "TLT"), "final")


@pytest.mark.parametrize("plant", plants())
def test_a_wrong_value_is_never_final(plant, tmp_path, sources, recent_homes, clean):
    expected, _ = clean
    home = tmp_path / "home"
    shutil.copytree(recent_homes.before, home, symlinks=True)
    homes.control(sources, plants=[plant])
    try:
        done = homes.macrotape(home, "run", "--sources", sources, *homes.RECENT_OPTIONS, MACROTAPE_NOW=homes.RECENT_NOW)
    finally:
        homes.control(sources, plants=[])
    assert done.returncode == 3, done.stderr
    assert any(line.startswith(("disputed: ", "not used: ")) for line in done.stderr.splitlines()), done.stderr
    found, days = published(home)
    assert set(found) == set(expected)
    wrong = {
        key: (number, expected[key][0], status)
        for key, (number, status) in found.items()
        if number is not None and abs(number - (expected[key][0] or 0)) > TOLERANCE_PCT
    }
    assert {key: told for key, told in wrong.items() if told[2] in ("final", "final_partial")} == {}
    if "2025-12-31" in plant and ".." not in plant and "market/SPY" not in plant:
        assert "Disputed" in days["IWM"][1], days
        assert days["IWM"][0] in ("disputed", "provisional"), days
