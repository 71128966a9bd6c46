"""rolling_ols_shared against the general form and statsmodels where digits are hardest to keep, and its moving sums."""

import json

import duckdb
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from tests.support import macro

COLUMNS = ["oil", "level", "market"]
BLOCKS = json.dumps([{"name": "oil", "columns": ["oil"]}, {"name": "rest", "columns": ["level", "market"]}])
WINDOW, MIN_OBS, TIMES = 60, 40, 200
OPTIONS = f"window={WINDOW}, min_obs={MIN_OBS}, with_condition_number=false) }}}}"
SHARED = f"{{{{ rolling_ols_shared('returns', 'drivers', 'entity', 'time', 'y', {BLOCKS}, 'eligible', {OPTIONS}"
ON_SPARK = SHARED.replace("rolling_ols_shared", "spark__rolling_ols_shared")
GENERAL = f"{{{{ rolling_ols('joined', 'entity', 'time', 'y', {BLOCKS}, 'usable', {OPTIONS}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def drivers():
    """Three drivers far from zero, and a few times that enter no window, the first and the last among them."""
    rng = np.random.default_rng(11)
    common = rng.normal(size=TIMES)
    frame = pd.DataFrame(
        {
            "time": np.arange(TIMES),
            "oil": 1e2 + 2 * rng.normal(size=TIMES) + common,
            "level": 1e4 + 60 * rng.normal(size=TIMES) - 30 * common,
            "market": 1e6 + 10 * rng.normal(size=TIMES) + 8 * common,
            "eligible": True,
        }
    )
    frame.loc[[0, 77, 78, 150, TIMES - 1], "eligible"] = False
    return frame


@pytest.fixture(scope="module")
def returns(drivers):
    """Entities in the order of their names, each made to spoil the next if anything of it stays behind."""
    rng = np.random.default_rng(12)
    centred = drivers[COLUMNS] - drivers[COLUMNS].mean()
    own = {name: centred @ [0.1, -0.001, 0.11] + 0.4 * rng.normal(size=TIMES) for name in "abcdefghijkl"}
    own["b"] *= 1e6  # a million times its neighbours
    own["d"] += 1e4
    own["e"] += 1e6
    own["f"][90] = 1e6  # one wild return
    own["g"][:30] = np.nan  # came late
    own["h"][120:] = np.nan  # and left
    own["i"][100] = np.nan  # missed one
    own["j"][199] = np.nan  # today's is not out, and enters no window anyway
    own["k"][198:] = np.nan  # yesterday's neither
    own["l"][40:] = 0.3  # constant once its first returns have left the window
    frame = pd.concat([pd.DataFrame({"entity": name, "time": drivers.time, "y": y}) for name, y in own.items()])
    missing = (frame.entity == "c") & (frame.time == 77)  # no row where nothing enters a window
    return frame[~missing].reset_index(drop=True)


@pytest.fixture(scope="module")
def fits(folder, drivers, returns):
    """Both forms on the same rows."""
    joined = returns.merge(drivers, on="time")
    joined["usable"] = joined.eligible & joined.y.notna()
    tables = {"returns": returns, "drivers": drivers, "joined": joined}
    shared, general = (
        macro.run(form, folder, **tables).sort_values(["entity", "time"]).reset_index(drop=True)
        for form in (SHARED, GENERAL)
    )
    return shared, general[shared.columns]


def test_both_forms_give_the_same_rows(fits):
    shared, general = fits
    shape = ["entity", "time", "n_obs", "n_columns", "is_singular"]
    pd.testing.assert_frame_equal(shared[shape], general[shape])
    assert shared[shared.entity == "l"].is_singular.any()
    assert not shared[shared.entity != "l"].is_singular.any()


@pytest.mark.parametrize("entity", "abcdefghijkl")
def test_both_forms_give_the_same_numbers(fits, entity):
    """1e-9, of a coefficient or its error; parts of y are differences of what a driver far from zero makes large."""
    shared, general = (fit[fit.entity == entity].drop(columns="entity").astype(float) for fit in fits)
    for c in COLUMNS:
        off = (shared[f"beta_{c}"] - general[f"beta_{c}"]).abs()
        assert not (off > 1e-9 * (general[f"beta_{c}"].abs() + general[f"beta_se_{c}"])).any()
    parts = list(shared.filter(regex="contribution|specific"))
    largest = general[parts].abs().max().max()
    np.testing.assert_allclose(shared[parts], general[parts], rtol=1e-9, atol=1e-13 * largest)
    rest = list(shared.columns.difference([*parts, *(f"beta_{c}" for c in COLUMNS)]))
    np.testing.assert_allclose(shared[rest], general[rest], rtol=1e-9)


def test_what_spark_gets_under_the_same_name_is_the_general_form(fits, folder, drivers, returns):
    on_spark = macro.run(ON_SPARK, folder, drivers=drivers, returns=returns).sort_values(["entity", "time"])
    pd.testing.assert_frame_equal(on_spark.reset_index(drop=True)[fits[1].columns], fits[1])


@pytest.mark.parametrize("entity", "abcdefghijk")
def test_coefficients_and_their_errors_are_those_of_statsmodels(fits, drivers, returns, entity):
    shared = fits[0][fits[0].entity == entity].set_index("time")
    own = drivers.merge(returns[returns.entity == entity], on="time")
    own[COLUMNS] -= drivers[COLUMNS].mean()  # moves the intercept alone, and statsmodels keeps its digits
    for time in shared.index[::13]:
        window = own[own.eligible & own.y.notna() & (own.time < time)].tail(WINDOW)
        full = sm.OLS(window.y - window.y.mean(), sm.add_constant(window[COLUMNS])).fit()
        for c in COLUMNS:
            assert shared.loc[time, f"beta_{c}"] == pytest.approx(full.params[c], rel=1e-8)
            assert shared.loc[time, f"beta_se_{c}"] == pytest.approx(full.bse[c], rel=1e-8)
        assert shared.loc[time, "r_squared"] == pytest.approx(full.rsquared, rel=1e-8)
        assert shared.loc[time, "n_obs"] == len(window)


def test_neither_order_of_rows_nor_threads_change_a_bit(folder, drivers, returns):
    sql = macro.render(SHARED, str(folder))
    seen = []
    for threads, seed in ((1, None), (2, 1), (4, 2)):
        with duckdb.connect(config={"threads": threads}) as con:
            for name, frame in (("returns", returns), ("drivers", drivers)):
                con.register(name, frame if seed is None else frame.sample(frac=1, random_state=seed))
            seen.append(con.execute(f"select * from ({sql}) order by entity, time").df())
    pd.testing.assert_frame_equal(seen[0], seen[1], check_exact=True)
    pd.testing.assert_frame_equal(seen[0], seen[2], check_exact=True)


@pytest.mark.parametrize("width", [1, 6, 60, 252])
def test_moving_sums_are_those_of_the_last_rows(folder, width):
    values = np.random.default_rng(5).normal(size=5000)
    rows = pd.DataFrame({"line": np.arange(7, 5007), "a": values, "b": 1e6 * values})
    sums = macro.run(f"{{{{ _moving_sums('rows', ['a', 'b'], {width}) }}}}", folder, rows=rows)
    expected = rows[["a", "b"]].rolling(width, min_periods=1).sum()
    np.testing.assert_array_equal(sums.line, rows.line)
    np.testing.assert_allclose(sums[["sum_a", "sum_b"]], expected, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("line", [[1, 2, 4, 3], [1, 2, 2, 3], [1, 2, 4, 5], [4, 3, 2, 1]])
def test_a_row_out_of_its_line_is_an_error_and_no_number(folder, line):
    rows = pd.DataFrame({"line": line, "a": 1.0})
    with pytest.raises(duckdb.InvalidInputException, match="out of its line"):
        macro.run("{{ _moving_sums('rows', ['a'], 6) }}", folder, rows=rows)
