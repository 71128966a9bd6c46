"""Wrong but well-formed values, each planted in one source on a day whose clean run is final.

No contribution that differs from the clean run by more than 0.10 points may be final; where one does, the run exits
with status 3 and the headline carries the dispute. One value by default; with `make soak` (MACROTAPE_PLANTS=all) every
line of the list on a day before a holiday, a quiet one, a volatile one and one after a holiday, and all pairs.
"""

import os
import shutil
from datetime import date
from itertools import combinations, cycle

import duckdb
import pytest

from tests.support import homes
from tests.support.plants import LINES, plant, same_cell

pytestmark = pytest.mark.real_data
BEFORE_A_HOLIDAY, QUIET, VOLATILE, AFTER_A_HOLIDAY = (
    date(2025, 12, 31),
    date(2025, 8, 8),
    date(2025, 4, 4),
    date(2025, 5, 27),
)
DAYS = (BEFORE_A_HOLIDAY, QUIET, VOLATILE, AFTER_A_HOLIDAY)
FUNDS = ("IWM", "IVV", "TLT")
TOLERANCE_PCT = 0.10  # points; the largest difference that a final number may have
IN_THE_LAST_QUARTER = "session_date >= cast(? as date) - interval 90 day"


def cases():
    """The session and the names of what is planted on it."""
    if os.environ.get("MACROTAPE_PLANTS") != "all":
        return [(BEFORE_A_HOLIDAY, ("yield_as_fraction",))]
    alone = [(day, (name,)) for day in DAYS for name in LINES]
    pairs = [pair for pair in combinations(LINES, 2) if not same_cell(*pair)]
    return alone + sorted(zip(cycle(DAYS), pairs, strict=False))


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    """A function that gives the data folders of a session, a mirror on it, and what its clean run published."""
    servers, known = [], {}

    def of(session):
        if session not in known:
            made = homes.day_homes(tmp_path_factory, session)
            server = homes.mirror("--today", str(session), "--lag", "0", data=made.observations)
            servers.append(server)
            known[session] = made, server.__enter__(), published(made.clean, session)
        return known[session]

    yield of
    for server in servers:
        server.__exit__(None, None, None)


def published(home, session):
    """Contributions of the last quarter; and status and headline of each fund on a session."""
    with duckdb.connect(str(home / "current" / "macrotape.duckdb"), read_only=True) as con:
        contributions = con.execute(
            "select fund, session_date, model, driver, contribution_pct, status"
            " from marts.fct_driver_attribution_daily join marts.fct_attribution_summary_daily"
            f" using (fund, session_date, model) where {IN_THE_LAST_QUARTER}",
            [session],
        ).fetchall()
        told = con.execute(
            "select fund, status, headline from marts.fct_attribution_summary_daily join marts.dim_fund using (fund)"
            " where session_date = ? and model = default_model",
            [session],
        ).fetchall()
    return {row[:4]: row[4:] for row in contributions}, {fund: tuple(rest) for fund, *rest in told}


@pytest.mark.parametrize("session", sorted({session for session, _ in cases()}), ids=str)
def test_the_clean_day_is_final(session, days):
    *_, (_, told) = days(session)
    assert {fund: status for fund, (status, _) in told.items()} == dict.fromkeys(FUNDS, "final")


@pytest.mark.parametrize(("session", "names"), cases(), ids=lambda value: str(value).replace("'", ""))
def test_a_wrong_value_is_never_final(session, names, days, tmp_path, record_property):
    made, url, (expected, clean) = days(session)
    home = tmp_path / "home"
    shutil.copytree(made.before, home, symlinks=True)
    homes.control(url, plants=[plant(name, session, made.observations) for name in names])
    try:
        done = made.run(home, url)
    finally:
        homes.control(url, plants=[])
    found, told = published(home, session)
    assert set(found) == set(expected)
    wrong = {
        key: (number, expected[key][0], status)
        for key, (number, status) in found.items()
        if number is not None and abs(number - (expected[key][0] or 0)) > TOLERANCE_PCT
    }
    record_property("planted", (str(session), names, len(wrong), done.returncode, told["IWM"][0]))
    assert {key: rest for key, rest in wrong.items() if rest[2] in ("final", "final_partial")} == {}
    if told == clean:
        return  # the value was used nowhere, or was right on this day
    assert done.returncode == 3, done.stderr
    assert any(line.startswith(("disputed: ", "not used: ")) for line in done.stderr.splitlines()), done.stderr
    for fund in {fund for fund, day, *_ in wrong if day == session}:
        assert told[fund][0] in ("disputed", "provisional"), told
        assert "Disputed" in told[fund][1], told
