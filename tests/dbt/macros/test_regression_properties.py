"""Properties the attribution must have whatever the data: units, order inside a block, scale, missing drivers."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import macro

BLOCKS = {"oil": ["oil"], "rates": ["level", "slope"], "risk": ["market"], "credit": ["credit"]}
COLUMNS = [c for members in BLOCKS.values() for c in members]
# columns differ in scale by up to 10^6 between two fits that should agree: that many digits of 16 may go
RELATIVE = 1e-8

checked = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("properties")


@st.composite
def markets(draw):
    """160 rows of correlated drivers and a fund, from a drawn seed, with drawn scales and correlation."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    common = draw(st.floats(-2, 2)) * rng.normal(size=160)
    frame = pd.DataFrame({c: draw(st.floats(0.1, 10)) * (rng.normal(size=160) + common) for c in COLUMNS})
    frame["y"] = frame[COLUMNS] @ rng.normal(size=len(COLUMNS)) + draw(st.floats(0.1, 3)) * rng.normal(size=160)
    return frame


def fit(folder, frame, blocks=BLOCKS):
    """The last row's attribution."""
    described = json.dumps([{"name": name, "columns": columns} for name, columns in blocks.items()])
    options = "window=150, min_obs=100, with_condition_number=false"
    jinja = f"{{{{ rolling_ols('rows', 'e', 't', 'y', {described}, 'eligible', {options}) }}}}"
    rows = frame.assign(e="one", t=np.arange(len(frame)), eligible=[True] * (len(frame) - 1) + [False])
    fitted = macro.run(jinja, folder, rows=rows)
    return fitted[fitted.t == len(frame) - 1].iloc[0]


def parts(row, blocks=BLOCKS, prefix=""):
    names = [f"{prefix}contribution_{b}" for b in blocks] + [f"{prefix}contribution_se_{b}" for b in blocks]
    return row[names].astype(float)


def close(got, expected):
    scale = max(1e-6, float(np.abs(expected).max()))
    np.testing.assert_allclose(got.to_numpy(), expected.to_numpy(), rtol=RELATIVE, atol=RELATIVE * scale)


@checked
@given(market=markets(), factor=st.sampled_from([1e-4, 0.01, 100.0, -1.0]), column=st.sampled_from(COLUMNS))
def test_units_of_a_driver_change_nothing(folder, market, factor, column):
    other_units = market.assign(**{column: factor * market[column]})
    for prefix in ("", "joint_"):
        close(parts(fit(folder, other_units), prefix=prefix), parts(fit(folder, market), prefix=prefix))


@checked
@given(market=markets())
def test_order_inside_a_block_leaves_the_block(folder, market):
    permuted = BLOCKS | {"rates": ["slope", "level"]}
    close(parts(fit(folder, market, permuted)), parts(fit(folder, market)))


@checked
@given(market=markets())
def test_dropping_the_last_block_leaves_the_others(folder, market):
    """Blocks are increments of nested regressions: those asked earlier do not know who is asked later."""
    shorter = {name: columns for name, columns in BLOCKS.items() if name != "credit"}
    names = [f"contribution_{b}" for b in shorter]
    close(fit(folder, market, shorter)[names].astype(float), fit(folder, market)[names].astype(float))


@checked
@given(market=markets(), factor=st.floats(0.01, 100))
def test_scaling_the_fund_scales_every_part(folder, market, factor):
    scaled = fit(folder, market.assign(y=factor * market.y))
    close(parts(scaled), parts(fit(folder, market)) * factor)


@checked
@given(market=markets(), missing=st.sets(st.sampled_from(list(BLOCKS)), min_size=1))
def test_missing_drivers_contribute_zero_and_the_rest_adds_up(folder, market, missing):
    blank = market.copy()
    blank.loc[blank.index[-1], [c for b in missing for c in BLOCKS[b]]] = np.nan
    row = fit(folder, blank)
    assert all(row[f"contribution_{b}"] == 0 and row[f"joint_contribution_{b}"] == 0 for b in missing)
    assert row.filter(regex="contribution|specific").notna().all()
    for prefix, specific in (("", row.specific), ("joint_", row.joint_specific)):
        total = sum(row[f"{prefix}contribution_{b}"] for b in BLOCKS) + specific
        assert total == pytest.approx(market.y.iloc[-1], rel=1e-12, abs=1e-12)


@checked
@given(market=markets())
def test_blocks_add_up_to_the_return(folder, market):
    row = fit(folder, market)
    total = sum(row[f"contribution_{b}"] for b in BLOCKS) + row.specific
    assert total == pytest.approx(market.y.iloc[-1], rel=1e-12, abs=1e-12)
