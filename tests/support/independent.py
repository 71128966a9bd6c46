"""The method once more, in pandas and statsmodels from the raw tables: shares no code with the dbt models."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import statsmodels.api as sm

WINDOW = 252
BLOCKS = {
    "news": {
        "oil": ["oil"],
        "rates": ["d10_news", "dslope_news"],
        "risk_appetite": ["d10_growth", "dslope_growth", "market"],
        "credit": ["credit"],
    },
    "ordered": {"oil": ["oil"], "rates": ["d10", "dslope"], "risk_appetite": ["market"], "credit": ["credit"]},
}
BLOCKS["joint"] = BLOCKS["ordered"]
BLOCKS["bond"] = {name: BLOCKS["ordered"][name] for name in ("rates", "credit", "risk_appetite", "oil")}


@dataclass(frozen=True)
class Attribution:
    """Contribution and standard error in points, by driver."""

    contribution: dict[str, float]
    error: dict[str, float]


def regression_table(warehouse: Path, fund: str) -> pd.DataFrame:
    """One row per session: y, all regression columns from first sources, and `eligible`.

    Which values publishers dispute is taken from the marts: it decides which sessions enter a window, not any number.
    """
    with duckdb.connect(str(warehouse), read_only=True) as con:
        sessions = con.execute("select distinct session_date from raw.xnys__sessions order by 1").df().session_date
        nav = _newest(con, "ishares__nav", ["fund", "observation_date"])
        bars = _newest(con, "yahoo__bars", ["symbol", "observation_date"])
        yields = _newest(con, "treasury__par_yields", ["observation_date", "tenor"])
        disputed = con.execute(
            "select distinct session_date from marts.fct_confirmation_daily"
            " where series_verdict in ('disputed', 'rejected') and series in"
            " ('nav:' || ?, 'ust:10y', 'ust:2y', 'close:USO', 'nav:IVV', 'nav:HYG', 'nav:IEF')",
            [fund],
        ).df()
    by_session = pd.DatetimeIndex(sessions)

    def spaced(level: pd.Series, change: Callable[[pd.Series], pd.Series]) -> tuple[pd.Series, pd.Series]:
        """Change since the previous session with a value, and how many sessions that is."""
        level = level.reindex(by_session)
        number = pd.Series(np.arange(len(level)), index=level.index)[level.notna()]
        present = level.dropna()
        return change(present).reindex(by_session), number.diff().reindex(by_session)

    def total_return(rows: pd.DataFrame, level: str, paid: str) -> tuple[pd.Series, pd.Series]:
        rows = rows.set_index("observation_date").sort_index()
        paid_on = rows[paid].fillna(0)
        return spaced(rows[level], lambda p: ((p + paid_on.reindex(p.index)) / p.shift() - 1) * 100)

    def nav_of(ticker: str) -> tuple[pd.Series, pd.Series]:
        return total_return(nav[nav.fund == ticker], "nav_usd", "ex_dividend_usd")

    curve = yields.pivot(index="observation_date", columns="tenor", values="yield_pct")
    in_bp = lambda level: level.diff() * 100  # noqa: E731
    d10, d10_span = spaced(curve["10 Yr"], in_bp)
    d2, d2_span = spaced(curve["2 Yr"], in_bp)
    oil, oil_span = total_return(bars[bars.symbol == "USO"], "close_usd", "dividend_usd")
    market, market_span = nav_of("IVV")
    hyg, hyg_span = nav_of("HYG")
    ief, ief_span = nav_of("IEF")
    y, y_span = nav_of(fund)
    table = pd.DataFrame({"y": y, "oil": oil, "d10": d10, "dslope": d10 - d2, "market": market})
    table["credit"] = hyg - 0.5 * ief
    opposite = d10 * market < 0
    for column in ("d10", "dslope"):
        table[f"{column}_news"] = table[column].where(opposite, 0.0).where(table[column].notna())
        table[f"{column}_growth"] = table[column].where(~opposite, 0.0).where(table[column].notna())
    spans = [y_span, d10_span, d2_span, oil_span, market_span, hyg_span, ief_span]
    table["eligible"] = table.notna().all(axis=1) & np.logical_and.reduce([s == 1 for s in spans])
    table["eligible"] &= ~table.index.isin(pd.DatetimeIndex(disputed.session_date))
    return table


def attribute(table: pd.DataFrame, session: pd.Timestamp, model: str) -> Attribution:
    """Nested ordinary least squares (joint: one) on the 252 eligible sessions before `session`."""
    window = table[(table.index < session) & table.eligible].tail(WINDOW)
    today = table.loc[session]
    blocks = BLOCKS[model]
    columns = [c for members in blocks.values() for c in members]
    full = sm.OLS(window.y, sm.add_constant(window[columns])).fit()
    contribution, error = {}, {}
    if model == "joint":
        for driver, members in blocks.items():
            test = full.t_test([0.0] + [today[c] if c in members else 0.0 for c in columns])
            contribution[driver], error[driver] = test.effect.item(), test.sd.item()
    else:
        innovations, innovations_today = orthogonal(window[columns], today[columns])
        whole = sm.OLS(window.y.to_numpy(), sm.add_constant(innovations)).fit()
        contribution = attribute_in_order(table, session, blocks)
        for driver, members in blocks.items():
            contrast = [0.0] + [v if c in members else 0.0 for c, v in zip(columns, innovations_today, strict=True)]
            error[driver] = whole.t_test(contrast).sd.item()
    contribution["specific"] = today.y - sum(contribution.values())
    error["specific"] = full.get_prediction(np.r_[1.0, today[columns].astype(float)]).se_obs.item()
    return Attribution(contribution, error)


def attribute_in_order(table: pd.DataFrame, session: pd.Timestamp, blocks: dict[str, list[str]]) -> dict[str, float]:
    """Increment of the fitted value as each block joins those before it."""
    window = table[(table.index < session) & table.eligible].tail(WINDOW)
    contribution: dict[str, float] = {}
    columns: list[str] = []
    for driver, members in blocks.items():
        columns += members
        nested = sm.OLS(window.y, sm.add_constant(window[columns])).fit()
        fitted = float(nested.params[columns] @ table.loc[session, columns].astype(float))
        contribution[driver] = fitted - sum(contribution.values())
    return contribution


def orthogonal(window: pd.DataFrame, today: pd.Series) -> tuple[np.ndarray, list[float]]:
    """Each column less what those before it say of it, in the window and today."""
    innovations, innovations_today = [], []
    for k, column in enumerate(window):
        if k == 0:
            innovations.append(window[column] - window[column].mean())
            innovations_today.append(float(today[column]))
            continue
        earlier = list(window.columns[:k])
        fit = sm.OLS(window[column], sm.add_constant(window[earlier])).fit()
        innovations.append(fit.resid)
        innovations_today.append(float(today[column] - fit.params[earlier] @ today[earlier]))
    return np.column_stack(innovations), innovations_today


def _newest(con: duckdb.DuckDBPyConnection, table: str, grain: list[str]) -> pd.DataFrame:
    frame = con.execute(f"select * from raw.{table}").df().sort_values(["knowledge_ts", "landing_id"])
    return frame.drop_duplicates(grain, keep="last")
