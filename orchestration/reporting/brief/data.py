"""What the page shows, read from a release into one plain dict that becomes JSON.

Columns instead of rows, and numbers rounded to what a figure can show: the page carries the latest sessions of
every fund and stays small enough to be mailed.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publishing.marts import fetch_dicts, open_read_only
from orchestration.reporting.brief import queries
from orchestration.reporting.brief.figures import FIGURES
from orchestration.reporting.brief.read import DEFAULT_FUND

# The page is to stay under 1.5 MB however many funds there are: more funds, fewer sessions of each.
MOST_SESSIONS, FEWEST_SESSIONS, FUND_SESSIONS = 120, 20, 840
PERIODS = ("MTD", "QTD", "YTD", "1Y")
CONTEXT_SESSIONS = 252
MOST_BETA_YEARS, FUND_BETA_YEARS = 5, 35
HOLDINGS_SESSIONS = 20
MOVERS_EACH_SIDE = 5
VIEWS = ("rate_news", "growth_news", "average", "all_else_equal")


def page_data(database: Path, about: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the page shows; `dates` is empty if the release has no brief."""
    with open_read_only(database) as con:
        funds = fetch_dicts(con, queries.FUNDS, [DEFAULT_FUND])
        most = max(FEWEST_SESSIONS, min(MOST_SESSIONS, FUND_SESSIONS // max(len(funds), 1)))
        dates = sorted(day for (day,) in con.execute(queries.DATES, [most]).fetchall())
        data: dict[str, Any] = {
            "about": dict(about),
            "dates": dates,
            "drivers": fetch_dicts(con, "select driver, label from release.marts.dim_driver order by position"),
            "components": _component_names(con),
            "periods": PERIODS,
            "sql": {name: query.strip() for name, query in FIGURES.items()},
            "health": fetch_dicts(con, queries.HEALTH),
            "quarantined": con.execute(queries.QUARANTINED).fetchall(),
            "funds": {f["fund"]: f for f in funds},
        }
        if dates:
            con.execute("create temp table funds as select fund, default_model as model from release.marts.dim_fund")
            con.execute("delete from funds where model is null")
            _fill_funds(con, data, dates)
            _fill_holdings(con, data["funds"], dates)
            data["rates"] = _columns(con, queries.RATES, last=dates[-1], most=CONTEXT_SESSIONS)
            data["oil"] = _columns(con, queries.OIL, last=dates[-1], most=CONTEXT_SESSIONS)
    return data


def _fill_funds(con: duckdb.DuckDBPyConnection, data: dict[str, Any], dates: list[date]) -> None:
    """What each fund has for each session, in lists as long as `dates`."""
    funds, at = data["funds"], {day: i for i, day in enumerate(dates)}
    parameters = {"first": dates[0]}
    for fund in funds.values():
        fund |= {"day": {}, "points": {}, "se": {}, "low": {}, "high": {}, "shown": {}, "moves": {}, "period": {}}
    for row in fetch_dicts(con, queries.SUMMARY, parameters):
        fund, day = funds[row.pop("fund")], row.pop("session_date")
        for name, value in row.items():
            _put(fund["day"], name, len(dates), at.get(day), value)
    for row in fetch_dicts(con, queries.CONTRIBUTIONS, parameters):
        for name in ("points", "se", "low", "high", "shown"):
            _put(funds[row["fund"]][name], row["driver"], len(dates), at.get(row["session_date"]), row[name])
    for row in fetch_dicts(con, queries.COMPONENTS, parameters):
        moved = [row["move"], row["unexpected"], row["sensitivity"], row["shown"]]
        _put(funds[row["fund"]]["moves"], row["component"], len(dates), at.get(row["session_date"]), moved)
    _fill_periods(con, data, dates)
    _fill_betas(con, funds, dates)
    _fill_scenarios(con, data, dates)


def _fill_periods(con: duckdb.DuckDBPyConnection, data: dict[str, Any], dates: list[date]) -> None:
    """For each period and its last session: return, sessions, complete, then the drivers in their order."""
    at = {day: i for i, day in enumerate(dates)}
    order = [d["driver"] for d in data["drivers"]]
    for row in fetch_dicts(con, queries.PERIOD, {"first": dates[0], "last": dates[-1], "periods": list(PERIODS)}):
        periods = data["funds"][row["fund"]]["period"].setdefault(row["period"], [None] * len(dates))
        i = at[row["period_end"]]
        periods[i] = periods[i] or [row["total"], row["n_sessions"], row["is_complete"], *[None] * len(order)]
        periods[i][3 + order.index(row["driver"])] = row["points"]


def _fill_betas(con: duckdb.DuckDBPyConnection, funds: dict[str, Any], dates: list[date]) -> None:
    """Betas over time: one date a week, and for each component the beta and half the width of its band."""
    years = max(1, min(MOST_BETA_YEARS, FUND_BETA_YEARS // max(len(funds), 1)))
    rows = fetch_dicts(con, queries.BETAS, {"last": dates[-1], "years": years})
    for name, fund in funds.items():
        fund_rows = [row for row in rows if row["fund"] == name]
        weeks = sorted({row["session_date"] for row in fund_rows})
        at = {day: i for i, day in enumerate(weeks)}
        fund["betas"] = {"date": weeks, "beta": {}, "half": {}}
        for row in fund_rows:
            for value in ("beta", "half"):
                _put(fund["betas"][value], row["component"], len(weeks), at[row["session_date"]], row[value])


def _fill_scenarios(con: duckdb.DuckDBPyConnection, data: dict[str, Any], dates: list[date]) -> None:
    """For each session a list of scenarios, each with impact and error in every view."""
    rows = fetch_dicts(con, queries.SCENARIOS, {"first": dates[0]})
    shocks = list(dict.fromkeys(row["shock"] for row in rows))
    data["shocks"], data["views"] = shocks, VIEWS
    for row in rows:
        days = data["funds"][row["fund"]].setdefault("scenarios", {})
        day = days.setdefault(str(row["session_date"]), [[None] * len(VIEWS) for _ in shocks])
        day[shocks.index(row["shock"])][VIEWS.index(row["view"])] = [row["impact"], row["se"]]


def _fill_holdings(con: duckdb.DuckDBPyConnection, funds: dict[str, Any], dates: list[date]) -> None:
    """Sectors and top movers, for releases that have them."""
    query = (
        "select table_name from information_schema.tables where table_catalog = 'release' and table_schema = 'marts'"
    )
    tables = {name for (name,) in con.execute(query).fetchall()}
    if "fct_sector_contribution_daily" in tables:
        _by_session(con, funds, "sectors", queries.SECTORS, {"first": dates[-HOLDINGS_SESSIONS:][0]})
    if "fct_holding_contribution_daily" in tables:
        parameters = {"first": dates[-HOLDINGS_SESSIONS:][0], "each": MOVERS_EACH_SIDE}
        _by_session(con, funds, "movers", queries.MOVERS, parameters)


def _by_session(
    con: duckdb.DuckDBPyConnection, funds: dict[str, Any], name: str, query: str, parameters: dict[str, Any]
) -> None:
    for row in fetch_dicts(con, query, parameters):
        sessions = funds[row.pop("fund")].setdefault(name, {})
        sessions.setdefault(str(row.pop("session_date")), []).append(list(row.values()))


def _component_names(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Label, unit and driver of each column of a regression."""
    rows = fetch_dicts(con, queries.COMPONENT_NAMES)
    return {row.pop("component"): row for row in rows}


def _put(holder: dict[str, list[Any]], name: str, length: int, i: int | None, value: object) -> None:
    """Set `holder[name][i]`, creating the list when its first value is known; a row outside the page has no `i`."""
    if i is not None and value is not None:
        holder.setdefault(name, [None] * length)[i] = value


def _columns(con: duckdb.DuckDBPyConnection, query: str, **parameters: Any) -> dict[str, list[Any]]:
    """Columns of a query, oldest row first."""
    rows = fetch_dicts(con, query, parameters)[::-1]
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
