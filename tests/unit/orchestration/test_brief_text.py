"""The words of headline and brief, from facts as SQL gives them; and where they are rendered."""

import json

import duckdb
import pytest

from orchestration.dbt.brief_text.functions import add_text_functions
from orchestration.dbt.brief_text.render import number, render_brief, render_headline, signed
from orchestration.publishing.spark_export import rendered_column

DAY = {
    "fund": "IWM", "is_simulated": False, "return_pct": -0.25, "is_quiet": False, "status": "final", "n_obs": 252,
    "is_extrapolation": False, "fallbacks": None, "drivers_missing": None, "unconfirmed": None, "evidence": None,
}  # fmt: skip
NO_DRIVER = {"label": None, "contribution_pct": None, "is_against": None}
RATES = {"label": "rates", "contribution_pct": -0.30, "is_against": False}
OIL = {"label": "oil", "contribution_pct": 0.10, "is_against": True}
SPECIFIC = {"contribution_pct": -1.15, "z": 1.7, "is_against": False, "is_usual": True, "is_largest": True}


def facts(kind, **given):
    parts = {
        "lead": NO_DRIVER,
        "second": NO_DRIVER,
        "largest": NO_DRIVER,
        "specific": {"is_largest": False},
        "trigger": None,
    }
    day = DAY | {name: given.pop(name) for name in list(given) if name in DAY}
    return {"kind": {"name": kind}, "day": day, **parts, **given}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            facts("lead_driver", lead=RATES, second=OIL, trigger={"label": "oil", "z": 2.4}, is_simulated=True),
            "SIMULATED: IWM fell 0.25 %, moving with rates (-0.30 pp at trailing one-year betas), despite oil"
            " (+0.10). Unusual: oil moved 2.4 times its usual size.",
        ),
        (
            facts("lead_driver", lead=RATES | {"is_against": True}, second=OIL, return_pct=0.25),
            "IWM rose 0.25 % despite rates (-0.30 pp at trailing one-year betas) and oil (+0.10).",
        ),
        (
            facts("lead_driver", lead=RATES, is_quiet=True, status="provisional", drivers_missing="credit"),
            "IWM fell 0.25 % on a quiet day, moving with rates (-0.30 pp at trailing one-year betas)."
            " Provisional: credit not yet published.",
        ),
        (
            facts("fund_specific", return_pct=-1.9, specific=SPECIFIC, lead=RATES, second=OIL),
            "IWM fell 1.90 %: -1.15 pp fund-specific, 1.7 standard errors, within the usual; rates -0.30 pp and oil"
            " +0.10 pp at trailing one-year betas.",
        ),
        (
            facts(
                "fund_specific",
                return_pct=-4.46,
                specific=SPECIFIC | {"contribution_pct": 2.86, "z": 3.5, "is_against": True, "is_usual": False},
                largest=RATES,
                is_extrapolation=True,
            ),
            "IWM fell 4.46 % with moves outside the range of the past year despite +2.86 pp fund-specific, 3.5 standard"
            " errors, outside the usual; largest driver rates -0.30 pp at trailing one-year betas.",
        ),
        (
            facts("fund_specific", return_pct=-1.9, is_quiet=True, specific=SPECIFIC | {"z": None}),
            "IWM fell 1.90 % on a quiet day: -1.15 pp fund-specific.",
        ),
        (
            facts("disputed_return", specific=SPECIFIC),
            "IWM fell 0.25 %, a return that another publisher disagrees with; -1.15 pp fund-specific, 1.7 standard"
            " errors, within the usual.",
        ),
        (
            facts("extrapolation", largest=RATES),
            "IWM fell 0.25 % with moves outside the range of the past year; at trailing one-year betas rates would"
            " account for -0.30 pp.",
        ),
        (facts("no_single_driver"), "IWM fell 0.25 % with no single driver."),
        (
            facts("no_single_driver", second=OIL, status="final_partial", drivers_missing="rates"),
            "IWM fell 0.25 % with no single driver; largest oil +0.10 pp. Without rates, which did not"
            " trade that session.",
        ),
        (
            facts("insufficient_history", return_pct=0.0, n_obs=90),
            "IWM was unchanged; 90 sessions of history are too few for an attribution.",
        ),
        (
            facts("singular", status="restated"),
            "IWM fell 0.25 %; the drivers moved too closely together over the past year to be separated. Restated:"
            " a source changed a value after the day was final.",
        ),
        (
            facts("lead_driver", lead=RATES, status="provisional", unconfirmed="the return, rates"),
            "IWM fell 0.25 %, moving with rates (-0.30 pp at trailing one-year betas). Provisional: the return, rates"
            " not yet confirmed by a second publisher.",
        ),
        (
            facts("no_single_driver", status="disputed", evidence="Treasury 10 Yr 4.14 % (+0.0 bp), FRED DGS10 4.18 %"),
            "IWM fell 0.25 % with no single driver. Disputed: Treasury 10 Yr 4.14 % (+0.0 bp), FRED DGS10 4.18 %.",
        ),
        (
            facts("disputed_return", status="disputed", evidence="iShares IWM +0.00 %, Yahoo IWM -0.75 %"),
            "IWM fell 0.25 %, a return that another publisher disagrees with. Disputed: iShares IWM +0.00 %,"
            " Yahoo IWM -0.75 %.",
        ),
        (
            facts(
                "no_single_driver", status="provisional", fallbacks="oil from nasdaq:USO", evidence="Yahoo USO +9.0 %"
            ),
            "IWM fell 0.25 % with no single driver. Provisional: oil from nasdaq:USO. Disputed and not used: Yahoo USO"
            " +9.0 %.",
        ),
    ],
)
def test_a_headline_says_what_moved_together_and_never_why(given, expected):
    assert render_headline(json.dumps(given)) == expected


def test_a_brief_of_a_day_without_numbers_leaves_out_what_it_has_not():
    day = {
        "fund": "IWM", "session_date": "2025-01-06", "fund_name": "A fund", "is_simulated": False, "return_pct": 0.0,
        "day_class": None, "is_specific_large": False, "trigger_driver": None, "trigger_z": None,
        "close_return_pct": None, "status": "insufficient_history", "fallbacks": None, "drivers_missing": None,
        "model": "news",
        "is_broad_market": False, "model_version": "1.0", "n_obs": 90, "r_squared": None,
        "known_at": "2025-01-07 12:00:00",
    }  # fmt: skip
    headline = facts("insufficient_history", return_pct=0.0, n_obs=90)
    given = {"day": day, "headline": headline, "drivers": None, "holdings": None, "levels": None, "scenario": None}
    assert render_brief(json.dumps(given)).splitlines() == [
        "# IWM 2025-01-06: A fund",
        "",
        "IWM was unchanged; 90 sessions of history are too few for an attribution.",
        "",
        "- Day: not classified; no driver moved twice its usual size",
        "- Status: insufficient history; model news 1.0, 90 sessions before the day; known at 2025-01-07 12:00:00 UTC",
        "- Check: `select * from marts.fct_driver_attribution_daily where fund = 'IWM' and session_date = '2025-01-06'"
        " and model = 'news'`",
    ]


@pytest.mark.parametrize(("value", "plain", "plus"), [(None, "", ""), (-0.0, "0.00", "+0.00"), (1.5, "1.50", "+1.50")])
def test_numbers_have_two_decimals_and_no_negative_zero(value, plain, plus):
    assert (number(value), signed(value)) == (plain, plus)


def test_sql_renders_facts_and_passes_over_unknown_ones():
    with duckdb.connect() as con:
        add_text_functions(con)
        text = json.dumps(facts("no_single_driver"))
        rows = con.execute(
            "select headline_text(f), length(text_template_hash()) from (values (?), (null)) t(f)", [text]
        )
        assert rows.fetchall() == [("IWM fell 0.25 % with no single driver.", 64), (None, 64)]


def test_what_spark_holds_as_facts_is_rendered_as_it_is_exported():
    assert rendered_column("fct_brief_daily", "markdown") == 'brief_text("markdown") as "markdown"'
    assert rendered_column("fct_brief_daily", "fund") == '"fund"'
