"""Rolling regressions of many returns on six drivers with all outputs: our macro against what else one would take.

Every task makes the same inputs from one seed, and answers with the rows of the first entities: coefficients, their
standard errors, R² and residual sd of each whole window.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.harness import Clock

DRIVERS = [f"x{j}" for j in range(1, 7)]
COMPARED = 3  # entities whose rows are compared
Numbers = dict[str, np.ndarray]


def inputs(entities: int, sessions: int) -> tuple[np.ndarray, np.ndarray]:
    """Drivers (sessions × 6, two of them correlated) and returns (entities × sessions), in percent."""
    rng = np.random.default_rng(252)
    x = rng.normal(scale=1.2, size=(sessions, len(DRIVERS)))
    x[:, 1] += 0.7 * x[:, 0]
    betas = rng.normal(size=(entities, len(DRIVERS)))
    return x, betas @ x.T + rng.normal(size=(entities, sessions))


def macro_sql(form: str, window: int, folder: Path) -> str:
    """The query our macro renders for `inputs`, in the columns every program gives."""
    from tests.support import macro

    blocks = json.dumps([{"name": "all", "columns": DRIVERS}])
    options = f"{blocks}, 'eligible', window={window}, min_obs={window}, with_condition_number=false) }}}}"
    relations = {"shared": "rolling_ols_shared('returns', 'drivers'", "general": "rolling_ols('joined'"}
    query = macro.render(f"{{{{ {relations[form]}, 'entity', 'time', 'y', {options}", str(folder))
    fits = ", ".join(f"beta_{c}, beta_se_{c}, beta_{c} / beta_se_{c} as t_{c}" for c in DRIVERS)
    return f"select entity, time, n_obs, {fits}, r_squared, residual_sd from ({query}) as fits"


def duckdb_macro(
    folder: Path,
    clock: Clock,
    *,
    sql: str,
    entities: int,
    sessions: int,
    window: int,
    threads: int,
    memory: str = "4GB",
) -> Numbers:
    """Our macro; the result is a table."""
    import duckdb
    import pandas as pd

    x, y = inputs(entities, sessions)
    con = duckdb.connect(config={"threads": threads, "memory_limit": "4GB", "temp_directory": str(folder / "spill")})
    drivers = pd.DataFrame(x, columns=DRIVERS).assign(time=np.arange(sessions), eligible=True)
    numbered = {"entity": np.repeat(np.arange(entities), sessions), "time": np.tile(np.arange(sessions), entities)}
    returns = pd.DataFrame({**numbered, "y": y.ravel()})
    for name, frame in (("drivers", drivers), ("returns", returns)):
        con.register("given", frame)
        con.execute(f"create table {name} as from given")
        con.unregister("given")
    del returns, numbered, y
    if "joined" in sql:
        con.execute("create table joined as from returns inner join drivers using (time)")
    with clock:
        con.execute(f"create table fits as {sql}")
    rows = con.execute("select * from fits where entity < ? order by entity, time", [COMPARED]).fetchnumpy()
    shape = (min(COMPARED, entities), sessions - window)
    many = {what: [rows[f"{what}_{c}"].reshape(shape) for c in DRIVERS] for what in ("beta", "beta_se", "t")}
    one = {what: np.asarray(rows[what]).reshape(shape) for what in ("r_squared", "residual_sd")}
    return {**{what: np.stack(columns, axis=-1) for what, columns in many.items()}, **one}


def numpy_shared(folder: Path, clock: Clock, *, entities: int, sessions: int, window: int, block: int = 16) -> Numbers:
    """The limit: cumulative sums of centred products, one inverse a session, a block of entities in cache at a time."""
    x, y = inputs(entities, sessions)
    with clock:
        xc = x - x.mean(axis=0)
        yc = y - y.mean(axis=1, keepdims=True)
        p, windows = x.shape[1], sessions - window + 1
        mean_x = _moving(xc, window) / window
        cross = _moving(xc[:, :, None] * xc[:, None, :], window) - window * mean_x[:, :, None] * mean_x[:, None, :]
        inverse = np.linalg.inv(cross)
        spread = np.sqrt(np.diagonal(inverse, axis1=1, axis2=2))
        beta, beta_se, t = np.empty((3, entities, windows, p))
        r_squared, residual_sd = np.empty((2, entities, windows))
        for first in range(0, entities, block):
            here = slice(first, first + block)
            own = yc[here]
            mean_y = _moving(own.T, window).T / window
            syy = _moving((own * own).T, window).T - window * mean_y * mean_y
            sxy = _moving(np.einsum("et,tp->tep", own, xc), window).transpose(1, 0, 2)
            sxy -= window * mean_y[:, :, None] * mean_x
            beta[here] = np.einsum("tpq,etq->etp", inverse, sxy)
            explained = np.einsum("etp,etp->et", beta[here], sxy)
            r_squared[here] = explained / syy
            residual_sd[here] = np.sqrt((syy - explained) / (window - p - 1))
            beta_se[here] = residual_sd[here][:, :, None] * spread
            t[here] = beta[here] / beta_se[here]
    return _first(beta, beta_se, t, r_squared, residual_sd)


def numpy_general(folder: Path, clock: Clock, *, entities: int, sessions: int, window: int) -> Numbers:
    """Numpy without knowing that the drivers are shared: moments and a batch of solves for each entity."""
    x, y = inputs(entities, sessions)
    windows, p = sessions - window + 1, x.shape[1]
    with clock:
        beta, beta_se, t = np.empty((3, entities, windows, p))
        r_squared, residual_sd = np.empty((2, entities, windows))
        for e in range(entities):
            z = np.column_stack([x, y[e]])
            z -= z.mean(axis=0)
            mean = _moving(z, window) / window
            cross = _moving(z[:, :, None] * z[:, None, :], window) - window * mean[:, :, None] * mean[:, None, :]
            inverse = np.linalg.inv(cross[:, :p, :p])
            sxy, syy = cross[:, :p, p], cross[:, p, p]
            beta[e] = np.einsum("tpq,tq->tp", inverse, sxy)
            explained = np.einsum("tp,tp->t", beta[e], sxy)
            r_squared[e] = explained / syy
            residual_sd[e] = np.sqrt((syy - explained) / (window - p - 1))
            beta_se[e] = residual_sd[e][:, None] * np.sqrt(np.diagonal(inverse, axis1=1, axis2=2))
            t[e] = beta[e] / beta_se[e]
    return _first(beta, beta_se, t, r_squared, residual_sd)


def statsmodels(folder: Path, clock: Clock, *, entities: int, sessions: int, window: int, done: int) -> Numbers:
    """RollingOLS of the first `done` entities, and what it says of each fit."""
    import statsmodels.api as sm
    from statsmodels.regression.rolling import RollingOLS

    x, y = inputs(entities, sessions)
    fits: list[list[np.ndarray]] = [[], [], [], [], []]
    with clock:
        exog = sm.add_constant(x)
        for e in range(done):
            fit = RollingOLS(y[e], exog, window=window).fit()
            said = fit.params[:, 1:], fit.bse[:, 1:], fit.tvalues[:, 1:], fit.rsquared, np.sqrt(fit.mse_resid)
            for kept, values in zip(fits, said, strict=True):
                kept.append(np.asarray(values)[window - 1 :])
    return _first(*(np.stack(kept) for kept in fits))


def polars_ols(folder: Path, clock: Clock, *, entities: int, sessions: int, window: int) -> Numbers:
    """polars-ols, which gives coefficients and no errors; the window of a row ends with it."""
    import polars as pl  # type: ignore[import-not-found,unused-ignore]
    import polars_ols as pls  # type: ignore[import-not-found,unused-ignore]

    x, y = inputs(entities, sessions)
    frame = pl.DataFrame(
        {
            "entity": np.repeat(np.arange(entities), sessions),
            **{c: np.tile(x[:, j], entities) for j, c in enumerate(DRIVERS)},
            "y": y.ravel(),
        }
    )
    options = pls.RollingKwargs(window_size=window, min_periods=window)
    with clock:
        fits = frame.select(
            pl.col("entity"),
            pls.compute_rolling_least_squares(
                "y", *DRIVERS, add_intercept=True, mode="coefficients", rolling_kwargs=options
            ).over("entity").alias("fit"),
        )  # fmt: skip
    first = fits.head(COMPARED * sessions)["fit"].struct.unnest()
    beta = np.stack([first[c].to_numpy().reshape(-1, sessions)[:, window - 1 :] for c in DRIVERS], axis=-1)
    return {"beta": beta[:, :-1]}


def _moving(values: np.ndarray, window: int) -> np.ndarray:
    """Sums over each whole window along the first axis."""
    sums = np.cumsum(values, axis=0)
    sums[window:] -= sums[:-window].copy()
    return sums[window - 1 :]


def _first(
    beta: np.ndarray, beta_se: np.ndarray, t: np.ndarray, r_squared: np.ndarray, residual_sd: np.ndarray
) -> Numbers:
    """What is compared; ours says nothing of the last window, whose next day is not there."""
    named: dict[str, Any] = {
        "beta": beta,
        "beta_se": beta_se,
        "t": t,
        "r_squared": r_squared,
        "residual_sd": residual_sd,
    }
    return {name: values[:COMPARED, :-1].copy() for name, values in named.items()}
