"""rolling_ols against NIST's certified values, statsmodels, and the cases in which it must give no number."""

import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from tests.fixtures import nist
from tests.support import macro


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("macro")


def fit(folder, frame, blocks, *, window=None, min_obs=None):
    """Last row of rolling_ols; rows of `frame` without `eligible` are in the windows, a target row is not."""
    n = len(frame)
    jinja = (
        "{{ rolling_ols('observations', 'entity', 'time', 'y', "
        + json.dumps([{"name": name, "columns": columns} for name, columns in blocks.items()])
        + f", 'eligible', window={window or n}, min_obs={min_obs or 3}) }}}}"
    )
    observations = frame.assign(entity="one", time=np.arange(n))
    observations["eligible"] = observations.get("eligible", pd.Series(True, index=observations.index))
    return macro.run(jinja, folder, observations=observations).sort_values("time").reset_index(drop=True)


def with_target(frame, **values):
    """`frame` with one more row that may not enter a window, at the column means unless told."""
    target = {c: [values.get(c, frame[c].mean())] for c in frame}
    both = pd.concat([frame.assign(eligible=True), pd.DataFrame(target).assign(eligible=False)])
    return both.reset_index(drop=True)


def agreeing_digits(got, certified):
    return -np.log10(max(abs(got / certified - 1), 1e-16))


def test_longley_is_reproduced_to_ten_digits(folder):
    data = sm.datasets.longley.load_pandas()
    columns = [f"x{i}" for i in range(1, 7)]
    frame = pd.DataFrame(data.exog.to_numpy(), columns=columns).assign(y=data.endog.to_numpy())
    row = fit(folder, with_target(frame), {"all": columns}).iloc[-1]

    certified = nist.LONGLEY_CERTIFIED
    assert row.n_obs == 16
    for i, column in enumerate(columns):
        assert agreeing_digits(row[f"beta_{column}"], certified["beta"][i]) >= 10
        assert agreeing_digits(row[f"beta_se_{column}"], certified["se"][i]) >= 10
    intercept = frame.y.mean() - sum(row[f"beta_{c}"] * frame[c].mean() for c in columns)
    assert agreeing_digits(intercept, certified["b0"]) >= 10
    assert agreeing_digits(row.residual_sd, certified["rsd"]) >= 10
    assert agreeing_digits(row.r_squared, certified["r_squared"]) >= 10


def test_norris_is_reproduced_to_ten_digits(folder):
    frame = pd.DataFrame({"y": nist.NORRIS_Y, "x": nist.NORRIS_X})
    row = fit(folder, with_target(frame), {"all": ["x"]}).iloc[-1]
    assert agreeing_digits(row.beta_x, nist.NORRIS_CERTIFIED["b1"]) >= 10
    assert agreeing_digits(row.beta_se_x, nist.NORRIS_CERTIFIED["se1"]) >= 10
    intercept = frame.y.mean() - row.beta_x * frame.x.mean()
    # the intercept is the small difference of two means near 300: a few digits go with it
    assert agreeing_digits(intercept, nist.NORRIS_CERTIFIED["b0"]) >= 10


def test_filip_is_refused(folder):
    x = np.array(nist.FILIP_X)
    columns = [f"x{i}" for i in range(1, 11)]
    frame = pd.DataFrame({c: x ** (i + 1) for i, c in enumerate(columns)}).assign(y=nist.FILIP_Y)
    row = fit(folder, with_target(frame), {"all": columns}).iloc[-1]
    assert row.is_singular
    numbers = row.filter(regex="^(beta|contribution|joint|specific|vif|r_squared|residual_sd|leverage|max_vif)")
    assert len(numbers) > 40
    assert numbers.isna().all()


@pytest.fixture(scope="module")
def market():
    """Correlated drivers on very different scales, three blocks, 400 rows."""
    rng = np.random.default_rng(20260701)
    common = rng.normal(size=400)
    frame = pd.DataFrame(
        {
            "oil": 2 * rng.normal(size=400) + common,
            "level": 600 * rng.normal(size=400) - 300 * common,
            "slope": 0.003 * rng.normal(size=400) + 0.001 * common + 0.5,
            "market": rng.normal(size=400) + 0.8 * common,
        }
    )
    frame["y"] = 0.1 * frame.oil - 0.001 * frame.level + 1.1 * frame.market + 0.4 * rng.normal(size=400)
    return frame


BLOCKS = {"oil": ["oil"], "rates": ["level", "slope"], "risk": ["market"]}
COLUMNS = ["oil", "level", "slope", "market"]


def test_every_row_equals_statsmodels_on_its_own_window(folder, market):
    """1e-9: both sides keep about 12 digits on columns whose scales differ by 10^5."""
    fitted = fit(folder, market, BLOCKS, window=100, min_obs=60).set_index("time")
    assert list(fitted.index) == list(range(60, 400))
    for t in range(60, 400, 17):
        window, today, row = market.iloc[max(0, t - 100) : t], market.iloc[t], fitted.loc[t]
        full = sm.OLS(window.y, sm.add_constant(window[COLUMNS])).fit()
        assert row.r_squared == pytest.approx(full.rsquared, abs=1e-9)
        explained, n_columns = 0.0, 0
        for block, columns in BLOCKS.items():
            n_columns += len(columns)
            so_far = COLUMNS[:n_columns]
            nested = sm.OLS(window.y, sm.add_constant(window[so_far])).fit()
            increment = nested.params[so_far] @ today[so_far] - explained
            explained += increment
            assert row[f"contribution_{block}"] == pytest.approx(increment, abs=1e-9)
            contrast = [0.0] + [today[c] if c in columns else 0.0 for c in COLUMNS]
            joint = full.t_test(contrast)
            assert row[f"joint_contribution_{block}"] == pytest.approx(joint.effect.item(), abs=1e-9)
            assert row[f"joint_contribution_se_{block}"] == pytest.approx(joint.sd.item(), abs=1e-9)
        for c in COLUMNS:
            assert row[f"beta_{c}"] == pytest.approx(full.params[c], rel=1e-9)
            assert row[f"beta_se_{c}"] == pytest.approx(full.bse[c], rel=1e-9)
        prediction = full.get_prediction(np.r_[1, today[COLUMNS]])
        assert row.specific_se == pytest.approx(prediction.se_obs.item(), rel=1e-9)
        assert row.specific == pytest.approx(today.y - explained, abs=1e-9)


def test_unexpected_move_and_sequential_beta_are_those_of_regressions_on_residuals(folder, market):
    """Frisch, Waugh and Lovell, relative to the size of each: the columns' scales differ by 10^5."""
    fitted = fit(folder, market, BLOCKS, window=100, min_obs=60).set_index("time")
    for t in range(100, 400, 37):
        window, today, row = market.iloc[t - 100 : t], market.iloc[t], fitted.loc[t]
        for k, column in enumerate(COLUMNS):
            before = COLUMNS[:k]
            expected, residual = 0.0, window[column] - window[column].mean()
            if before:
                earlier = sm.OLS(window[column], sm.add_constant(window[before])).fit()
                expected, residual = earlier.params[before] @ today[before], earlier.resid
            beta = sm.OLS(window.y, sm.add_constant(residual.rename("residual"))).fit().params["residual"]
            spread = residual.std()
            assert abs(row[f"unexpected_move_{column}"] - (today[column] - expected)) < 1e-9 * spread
            assert abs(row[f"sequential_beta_{column}"] - beta) * spread < 1e-9


def test_a_move_not_observed_has_no_unexpected_part_and_a_constant_column_no_beta(folder, market):
    frame = with_target(market.assign(market=1.0), oil=np.nan)
    row = fit(folder, frame, BLOCKS).iloc[-1]
    assert np.isnan(row.unexpected_move_oil)
    assert row.contribution_oil == 0
    assert np.isfinite(row.sequential_beta_oil)
    assert np.isnan(row.sequential_beta_market)
    assert row.unexpected_move_level * row.sequential_beta_level == pytest.approx(row.contribution_level, abs=1e-12)


def test_block_standard_error_is_that_of_the_orthogonalised_columns(folder, market):
    """The columns made orthogonal in block order (Gram-Schmidt by regression), regressed by statsmodels."""
    row = fit(folder, market, BLOCKS).iloc[-1]
    window, today = market.iloc[:-1], market.iloc[-1]
    orthogonal, orthogonal_today = [], []
    for k, c in enumerate(COLUMNS):
        if k == 0:
            orthogonal.append(window[c] - window[c].mean())
            orthogonal_today.append(today[c])
        else:
            earlier = sm.OLS(window[c], sm.add_constant(window[COLUMNS[:k]])).fit()
            orthogonal.append(earlier.resid)
            orthogonal_today.append(today[c] - earlier.params[COLUMNS[:k]] @ today[COLUMNS[:k]])
    fitted = sm.OLS(window.y, sm.add_constant(np.column_stack(orthogonal))).fit()
    for block, columns in BLOCKS.items():
        contrast = [0.0] + [orthogonal_today[k] if c in columns else 0.0 for k, c in enumerate(COLUMNS)]
        expected = fitted.t_test(contrast)
        assert row[f"contribution_{block}"] == pytest.approx(expected.effect.item(), abs=1e-9)
        assert row[f"contribution_se_{block}"] == pytest.approx(expected.sd.item(), rel=1e-9)


def test_diagnostics_equal_numpy(folder, market):
    row = fit(folder, market, BLOCKS).iloc[-1]
    window, today = market[COLUMNS].iloc[:-1], market[COLUMNS].iloc[-1]
    correlation = np.corrcoef(window.to_numpy().T)
    inverse = np.linalg.inv(correlation)
    assert row.max_vif == pytest.approx(np.diag(inverse).max(), rel=1e-9)
    design = sm.add_constant(window.to_numpy())
    target = np.r_[1, today]
    assert row.leverage == pytest.approx(target @ np.linalg.inv(design.T @ design) @ target, rel=1e-6)
    eigenvalues = np.linalg.eigvalsh(correlation)
    # seven squarings leave at most 1.7 % of an eigenvalue, half of that of its root
    assert row.condition_number == pytest.approx(np.sqrt(eigenvalues[-1] / eigenvalues[0]), rel=0.02)


def test_a_constant_column_is_dropped_and_named(folder, market):
    frame = market.assign(slope=0.5)
    row = fit(folder, frame, BLOCKS).iloc[-1]
    without = sm.OLS(frame.y[:-1], sm.add_constant(frame[["oil", "level", "market"]].iloc[:-1])).fit()
    assert row.is_constant_slope
    assert row.contribution_slope == 0
    assert np.isnan(row.beta_slope)
    assert row.beta_market == pytest.approx(without.params["market"], rel=1e-9)
    assert row.residual_sd == pytest.approx(np.sqrt(without.mse_resid), rel=1e-9)


@pytest.mark.parametrize("noise", [0.0, 1e-7])
def test_a_collinear_window_gives_null_never_a_number(folder, market, noise):
    rng = np.random.default_rng(3)
    frame = market.assign(slope=2 * market.level + noise * rng.normal(size=len(market)))
    row = fit(folder, frame, BLOCKS).iloc[-1]
    assert row.is_singular
    assert row.filter(regex="^(beta|contribution|joint|specific|r_squared|condition)").isna().all()


def test_a_missing_driver_contributes_nothing_and_moves_no_other(folder, market):
    """Its innovation is set to zero: blocks before it stay, no NaN comes back, and the parts still add up."""
    frame = market.assign(eligible=[True] * 399 + [False])
    whole = fit(folder, frame, BLOCKS).iloc[-1]
    frame.loc[399, ["level", "slope"]] = np.nan
    row = fit(folder, frame, BLOCKS).iloc[-1]
    assert row.contribution_rates == 0
    assert row.joint_contribution_rates == 0
    assert row.contribution_oil == pytest.approx(whole.contribution_oil, rel=1e-12)
    total = row.contribution_oil + row.contribution_rates + row.contribution_risk + row.specific
    assert total == pytest.approx(frame.y.iloc[-1], abs=1e-12)


def test_ineligible_rows_are_attributed_and_never_estimated_with(folder, market):
    eligible = np.ones(400, dtype=bool)
    eligible[100:110] = False
    frame = market.assign(eligible=eligible)
    spoiled = frame.copy()
    spoiled.loc[~eligible, "y"] += 50
    before, after = fit(folder, frame, BLOCKS), fit(folder, spoiled, BLOCKS)
    assert set(range(100, 110)) <= set(after.time)
    betas = [f"beta_{c}" for c in COLUMNS]
    pd.testing.assert_frame_equal(before[betas], after[betas])


def test_too_short_a_window_gives_no_row(folder, market):
    assert fit(folder, market.iloc[:30], BLOCKS, min_obs=40).empty


def test_the_shared_form_gives_what_the_general_form_gives(folder, market):
    """1e-9: a window's cross products are plain shifted sums in one form, Welford's in the other."""
    drivers = market[COLUMNS].assign(time=np.arange(400), eligible=True)
    drivers.loc[[150, 260, 399], "eligible"] = False
    rng = np.random.default_rng(7)
    own = {name: market.assign(time=np.arange(400), y=market.y + rng.normal(size=400)) for name in "abcde"}
    own["b"] = own["b"].drop(index=200)  # missed a session
    own["c"] = own["c"][120:]  # younger than the others
    own["d"].loc[399, "y"] = np.nan  # not out yet
    own["e"].loc[:80, "y"] = np.nan
    own["e"].loc[100:, "y"] = 0.3  # constant once its first rows have left the window
    returns = pd.concat([frame.assign(entity=name)[["entity", "time", "y"]] for name, frame in own.items()])
    joined = returns.merge(drivers, on="time")
    joined["usable"] = joined.eligible & joined.y.notna()

    blocks = json.dumps([{"name": name, "columns": columns} for name, columns in BLOCKS.items()])
    options = "window=100, min_obs=60, with_condition_number=false) }}"
    shared, general = (
        macro.run(form, folder, returns=returns, drivers=drivers, joined=joined)
        .sort_values(["entity", "time"])
        .reset_index(drop=True)
        for form in (
            f"{{{{ rolling_ols_shared('returns', 'drivers', 'entity', 'time', 'y', {blocks}, 'eligible', {options}",
            f"{{{{ rolling_ols('joined', 'entity', 'time', 'y', {blocks}, 'usable', {options}",
        )
    )
    assert shared.is_singular.any()
    assert not shared.is_singular.all()
    shape = ["entity", "time", "n_obs", "n_columns", "is_singular"]
    pd.testing.assert_frame_equal(shared[shape], general[shape])
    # absolute too: a contribution may pass through zero
    pd.testing.assert_frame_equal(shared, general[shared.columns], rtol=1e-9, atol=1e-9)
