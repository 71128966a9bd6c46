"""Linking over time: Bacon's published example, and coefficients that are smooth where returns meet."""

from decimal import Decimal, getcontext

import pandas as pd
import pytest

from tests.support import macro

# Bacon (2008): portfolio weights and returns of the sectors UK, Japan and US in four periods.
WEIGHTS = [(0.4, 0.3, 0.3), (0.7, 0.2, 0.1), (0.3, 0.5, 0.2), (0.3, 0.5, 0.2)]
RETURNS = [(0.2, -0.05, 0.06), (-0.05, 0.03, -0.05), (-0.2, 0.08, -0.15), (0.1, -0.07, 0.25)]
BACON_RETURN_PCT = 3.8593209500
BACON_K = 0.9811859332004585
BACON_LINKED_PCT = (0.921006, -0.153516, 3.091832)
BENCHMARK_WEIGHTS = [(0.4, 0.2, 0.4), (0.4, 0.3, 0.3), (0.5, 0.4, 0.1), (0.4, 0.4, 0.2)]
BENCHMARK_RETURNS = [(0.1, -0.04, 0.08), (-0.07, 0.04, -0.1), (-0.25, 0.05, -0.2), (0.05, -0.05, 0.1)]
BACON_BENCHMARK_RETURN_PCT = -9.4062520000
BACON_ACTIVE_K = 1.030125850849127
BACON_ALLOCATION_PCT, BACON_SELECTION_PCT = 1.1945137, 12.0710592


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    """The example linked by the macro."""
    rows = [
        {"period": t, "sector": s, "contribution_pct": 100 * w * r, "return_pct": 100 * sum(map(float.__mul__, ws, rs))}
        for t, (ws, rs) in enumerate(zip(WEIGHTS, RETURNS, strict=True))
        for s, (w, r) in enumerate(zip(ws, rs, strict=True))
    ]
    jinja = """
    with total as (
        select (exp(sum(ln(1 + return_pct / 100))) - 1) * 100 as return_pct
        from (select distinct period, return_pct from rows)
    )
    select
        sector,
        sum(rows.contribution_pct * {{ carino_k('rows.return_pct') }})
        / max({{ carino_k('total.return_pct') }}) as linked_pct,
        max(total.return_pct) as return_pct,
        max({{ carino_k('total.return_pct') }}) as k
    from rows cross join total
    group by sector
    order by sector
    """
    return macro.run(jinja, tmp_path_factory.mktemp("linking"), rows=pd.DataFrame(rows))


def exact():
    """The same example in fifty decimal digits."""
    getcontext().prec = 50
    contributions = [
        [Decimal(str(w)) * Decimal(str(r)) for w, r in zip(ws, rs, strict=True)]
        for ws, rs in zip(WEIGHTS, RETURNS, strict=True)
    ]
    returns = [sum(period) for period in contributions]
    total = Decimal(1)
    for r in returns:
        total *= 1 + r
    total -= 1
    k = (1 + total).ln() / total
    coefficients = [(1 + r).ln() / r for r in returns]
    return [
        100 * sum(p[s] * c for p, c in zip(contributions, coefficients, strict=True)) / k for s in range(3)
    ], 100 * total


def test_bacons_example_is_reproduced(linked):
    assert linked.return_pct[0] == pytest.approx(BACON_RETURN_PCT, abs=1e-9)
    assert linked.k[0] == pytest.approx(BACON_K, abs=1e-12)
    assert list(linked.linked_pct) == pytest.approx(BACON_LINKED_PCT, abs=5e-7)  # printed with six decimals


def test_bacons_example_is_exact_to_nine_decimals(linked):
    parts, total = exact()
    assert list(linked.linked_pct) == pytest.approx([float(p) for p in parts], abs=1e-9)
    assert linked.linked_pct.sum() == pytest.approx(float(total), abs=1e-9)


@pytest.fixture(scope="module")
def active(tmp_path_factory):
    """Allocation and selection of the example, linked by the macros."""
    periods = zip(WEIGHTS, RETURNS, BENCHMARK_WEIGHTS, BENCHMARK_RETURNS, strict=True)
    rows = [
        {"period": t, "wp": wp, "rp": 100 * rp, "wb": wb, "rb": 100 * rb}
        for t, sectors in enumerate(periods)
        for wp, rp, wb, rb in zip(*sectors, strict=True)
    ]
    jinja = """
    with wholes as (
        select period, sum(wp * rp) as p, sum(wb * rb) as b from sectors group by period
    ),
    total as (
        select (exp(sum(ln(1 + p / 100))) - 1) * 100 as p, (exp(sum(ln(1 + b / 100))) - 1) * 100 as b from wholes
    )
    select
        sum({{ brinson_allocation('s.wp', 's.wb', 's.rb', 'w.b') }} * {{ carino_active_k('w.p', 'w.b') }})
        / max({{ carino_active_k('total.p', 'total.b') }}) as allocation_pct,
        sum({{ brinson_selection('s.wp * s.rp', 's.wb * s.rb', '100 * s.wp', '100 * s.wb', 's.rb') }}
            * {{ carino_active_k('w.p', 'w.b') }})
        / max({{ carino_active_k('total.p', 'total.b') }}) as selection_pct,
        max(total.p) as return_pct,
        max(total.b) as benchmark_return_pct,
        max({{ carino_active_k('total.p', 'total.b') }}) as k
    from sectors as s inner join wholes as w on s.period = w.period cross join total
    """
    return macro.run(jinja, tmp_path_factory.mktemp("active"), sectors=pd.DataFrame(rows)).iloc[0]


def test_bacons_allocation_and_selection_are_reproduced(active):
    assert active.return_pct == pytest.approx(BACON_RETURN_PCT, abs=1e-9)
    assert active.benchmark_return_pct == pytest.approx(BACON_BENCHMARK_RETURN_PCT, abs=1e-9)
    assert active.k == pytest.approx(BACON_ACTIVE_K, abs=1e-12)
    assert active.allocation_pct == pytest.approx(BACON_ALLOCATION_PCT, abs=5e-8)  # printed with seven decimals
    assert active.selection_pct == pytest.approx(BACON_SELECTION_PCT, abs=5e-8)


def test_linked_effects_are_the_whole_active_return(active):
    whole = active.return_pct - active.benchmark_return_pct
    assert active.allocation_pct + active.selection_pct == pytest.approx(whole, abs=1e-12)


def test_the_active_coefficient_is_smooth_where_the_returns_meet(tmp_path_factory):
    gaps = (0.0, 1e-9, -1e-6, 9.9e-3, 1.01e-2, -0.3, 20.0)
    frame = pd.DataFrame({"p": [-8.0 + gap for gap in gaps], "b": [-8.0] * len(gaps)})
    jinja = "select {{ carino_active_k('p', 'b') }} as k from pairs"
    got = macro.run(jinja, tmp_path_factory.mktemp("active_k"), pairs=frame).k
    getcontext().prec = 50
    for p, k in zip(frame.p, got, strict=True):
        one, other = 1 + Decimal(p) / 100, 1 + Decimal(-8) / 100
        assert k == pytest.approx(
            float((one.ln() - other.ln()) / (one - other) if one != other else 1 / one), rel=1e-11
        )


@pytest.mark.parametrize("return_pct", [0.0, 1e-9, -1e-9, 9.9e-5, 1.01e-4, -1.01e-4, 0.5, -14.2, 60.0])
def test_coefficient_is_smooth_through_zero(tmp_path_factory, return_pct):
    frame = pd.DataFrame({"r": [return_pct]})
    jinja = "select {{ carino_k('r') }} as k from one_return"
    got = macro.run(jinja, tmp_path_factory.mktemp("k"), one_return=frame).k[0]
    getcontext().prec = 50
    r = Decimal(str(return_pct)) / 100
    expected = float((1 + r).ln() / r) if r else 1.0
    assert got == pytest.approx(expected, rel=1e-10)
