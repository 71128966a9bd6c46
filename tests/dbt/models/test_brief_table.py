"""The table of a brief as it is printed: it multiplies, and its parts add up."""

import re
from decimal import Decimal

import duckdb
import pytest

SESSIONS = 260
# A printed number is within half a unit of its last decimal; a contribution, rounded so that parts re-add, within one.
HALF_MOVE, HALF_SENSITIVITY, WHOLE_CONTRIBUTION = 0.005, 0.00005, 0.01
NUMBER = r"[+-]\d+\.\d+"


@pytest.fixture(scope="module")
def tables(any_home):
    """Rows of the table by fund and session: (first cell, move, unexpected, sensitivity, contribution)."""
    with duckdb.connect(str(any_home / "current" / "macrotape.duckdb"), read_only=True) as con:
        briefs = con.execute(
            "select fund, session_date, markdown from marts.fct_brief_daily"
            " qualify dense_rank() over (partition by fund order by session_date desc) <= ?",
            [SESSIONS],
        ).fetchall()
    found = {}
    for fund, day, markdown in briefs:
        lines = [line for line in markdown.splitlines() if line.startswith("| ")]
        rows = [[cell.strip() for cell in line.strip("|").split("|")][:5] for line in lines]
        found[fund, day] = rows[1:]
    return found


def first_number(cell):
    return float(re.search(NUMBER, cell)[0])


def with_product(rows):
    return [row for row in rows if re.fullmatch(NUMBER, row[3])]


def test_unexpected_move_times_sensitivity_is_the_contribution_within_rounding(tables):
    assert len(tables) >= 7 * SESSIONS
    products, wrong = 0, []
    for key, rows in tables.items():
        for row in with_product(rows):
            unexpected, sensitivity, contribution = map(first_number, row[2:5])
            rounding = HALF_MOVE * abs(sensitivity) + HALF_SENSITIVITY * abs(unexpected) + HALF_MOVE * HALF_SENSITIVITY
            products += 1
            if abs(unexpected * sensitivity - contribution) > WHOLE_CONTRIBUTION + rounding + 1e-12:
                wrong.append((key, row))
    assert wrong == []
    assert products > 4 * len(tables)


def test_the_sign_of_a_printed_contribution_is_that_of_its_product(tables):
    for key, rows in tables.items():
        for row in with_product(rows):
            unexpected, sensitivity, contribution = map(first_number, row[2:5])
            assert contribution * unexpected * sensitivity >= 0 or abs(contribution) <= WHOLE_CONTRIBUTION, (key, row)


def test_components_add_up_to_their_driver_and_drivers_to_the_total(tables):
    for key, rows in tables.items():
        drivers = [row for row in rows if row[0] not in ("of which", "Total")]
        total = Decimal(rows[-1][4])
        assert rows[-1][0] == "Total"
        assert sum(Decimal(row[4]) for row in drivers) == total, key
        parts, driver = {}, None
        for row in rows:
            driver = driver if row[0] == "of which" else row[0]
            parts.setdefault(driver, []).append(Decimal(row[4]))
        for driver, (whole, *of_which) in parts.items():
            assert not of_which or sum(of_which) == whole, (key, driver)


def test_a_driver_that_did_not_move_where_a_move_was_expected_says_so(tables):
    said = 0
    for key, rows in tables.items():
        for row in rows:
            expected = re.search(rf"no move where ({NUMBER}) (bp|%) was expected", row[1])
            if expected:
                said += 1
                assert float(expected[1]) == pytest.approx(-first_number(row[2]), abs=2 * HALF_MOVE + 1e-9), (key, row)
            elif re.search(r"no move$", row[1]) and row[2] != "-":
                assert abs(first_number(row[2])) <= HALF_MOVE, (key, row)
    assert said > SESSIONS
