"""`macrotape explain`: any two dates, linked; the fixed periods of the mart are the check."""

import json
import re
from datetime import date

import duckdb
import pytest

from ingest.errors import Misconfigured
from orchestration.reporting.brief.period import as_markdown, explain
from tests.support.homes import macrotape


@pytest.fixture(scope="module")
def database(simulated_home):
    return simulated_home / "current" / "macrotape.duckdb"


def points(markdown):
    """Driver label to printed points."""
    rows = re.findall(r"^\| ([A-Z][a-z -]+) \| ([+-][\d.]+) \|", markdown, re.MULTILINE)
    return {label: float(value) for label, value in rows}


@pytest.mark.parametrize("fund", ["IWM", "IVV", "TLT"])
@pytest.mark.parametrize("period", ["WTD", "MTD", "QTD", "YTD", "1Y"])
def test_a_period_of_the_mart_comes_out_the_same(database, fund, period):
    with duckdb.connect(str(database), read_only=True) as con:
        rows = con.execute(
            "select d.label, p.contribution_pct, p.period_return_pct, p.period_start, p.period_end"
            " from marts.fct_attribution_period p join marts.dim_driver d using (driver)"
            " join marts.dim_fund f on f.fund = p.fund and f.default_model = p.model"
            " where p.fund = ? and p.period = ? qualify p.period_end = max(p.period_end) over ()",
            [fund, period],
        ).fetchall()
    assert len(rows) == 5
    printed = points(as_markdown(explain(database, fund, rows[0][3], rows[0][4])))
    assert printed.pop("Total") == pytest.approx(rows[0][2], abs=0.00501)
    for label, contribution, *_ in rows:
        # a part may be rounded the other way so that the five add up
        assert printed[label] == pytest.approx(contribution, abs=0.01)
    assert round(sum(printed.values()), 2) == pytest.approx(round(rows[0][2], 2), abs=1e-9)


def test_it_says_when_sessions_are_missing_and_that_it_is_simulated(database):
    text = as_markdown(explain(database, "iwm", date(2024, 1, 1), date(2024, 12, 31)))
    assert "Complete: no" in text
    assert "SIMULATED" in text


@pytest.mark.parametrize(
    ("fund", "first", "last", "says"),
    [
        ("HYG", date(2026, 1, 1), date(2026, 2, 1), "attributes no 'HYG'"),
        ("IWM", date(2026, 2, 1), date(2026, 1, 1), "is after"),
        ("IWM", date(1999, 2, 1), date(1999, 3, 1), "no attributed session"),
    ],
)
def test_what_cannot_be_explained_is_said_in_one_line(database, fund, first, last, says):
    with pytest.raises(Misconfigured, match=says) as refusal:
        explain(database, fund, first, last)
    assert "\n" not in str(refusal.value)


def test_json_says_the_same_as_the_brief_and_adds_up(simulated_home, database):
    done = macrotape(simulated_home, "brief", "TLT", "--json")
    facts = json.loads(done.stdout)
    with duckdb.connect(str(database), read_only=True) as con:
        query = "select max(session_date), max_by(headline, session_date) from marts.fct_brief_daily where fund = 'TLT'"
        last = con.execute(query).fetchall()
    assert [(date.fromisoformat(facts["session_date"]), facts["headline"])] == last
    assert sum(d["contribution_pct"] for d in facts["drivers"]) == pytest.approx(facts["return_pct"], abs=1e-9)
    assert facts["sources_mode"] == "SIMULATED"


def test_json_of_a_period_adds_up(simulated_home):
    done = macrotape(simulated_home, "explain", "IWM", "--from", "2026-05-01", "--to", "2026-06-30", "--json")
    facts = json.loads(done.stdout)
    assert sum(p["contribution_pct"] for p in facts["parts"]) == pytest.approx(facts["period_return_pct"], abs=1e-9)
    assert facts["n_missing"] == 0
    assert len(facts["largest_sessions"]) == 3
