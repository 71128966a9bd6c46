"""What the page shows, read from a release into one plain dict that becomes JSON.

Columns instead of rows, and numbers rounded to what a figure can show: the page carries the latest sessions of
every fund and stays small enough to be mailed.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ingest.registry.seeds import Catalog
from orchestration.publishing.marts import fetch_dicts, open_read_only
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

FUNDS = """
    select fund, name, default_model as model, benchmark_fund as benchmark from release.marts.dim_fund
    where is_attributed order by fund <> ?, fund
"""
DATES = """
    select distinct session_date from release.marts.fct_brief_daily order by 1 desc limit ?
"""
SUMMARY = """
    select fund, session_date, round(return_pct, 4) as total, status, day_class, lead_driver as lead,
        trigger_driver as trigger, round(trigger_z, 1) as trigger_z, round(specific_z, 1) as specific_z,
        round(r_squared, 2) as r_squared, n_obs, drivers_missing, fallbacks,
        nullif(is_extrapolation, false) as is_extrapolation, nullif(is_collinear, false) as is_collinear, headline
    from release.marts.fct_attribution_summary_daily
    inner join funds using (fund, model)
    where session_date >= $first
"""
CONTRIBUTIONS = """
    select fund, session_date, driver, round(contribution_pct, 4) as points, round(contribution_se_pct, 3) as se,
        round(order_min_pct, 2) as low, round(order_max_pct, 2) as high, rounded_contribution_pct as shown
    from release.marts.fct_driver_attribution_daily
    inner join funds using (fund, model)
    where session_date >= $first
"""
COMPONENTS = """
    select fund, session_date, component, round(move, 3) as move, round(beta, 4) as beta
    from release.marts.fct_driver_component_daily
    inner join funds using (fund, model)
    where session_date >= $first and move <> 0
"""
COMPONENT_NAMES = """
    select distinct component, driver, move_unit from release.marts.fct_driver_component_daily order by all
"""
PERIOD = """
    select fund, period_end, period, driver, round(contribution_pct, 2) as points,
        round(period_return_pct, 2) as total, n_sessions, is_complete
    from release.marts.fct_attribution_period
    inner join funds using (fund, model)
    where period_end between $first and $last and list_contains($periods, period)
"""
BETAS = """
    select fund, component, session_date, round(beta, 4) as beta, round(beta_upper - beta, 4) as half
    from release.marts.fct_driver_beta_daily
    inner join funds using (fund)
    where session_date > $last::date - interval ($years) year
    qualify row_number() over (
        partition by fund, component, date_trunc('week', session_date) order by session_date desc) = 1
    order by fund, component, session_date
"""
SCENARIOS = """
    select fund, session_date, shock, view, round(impact_pct, 2) as impact, round(impact_se_pct, 2) as se
    from release.marts.fct_scenario
    inner join funds using (fund)
    where session_date >= $first
    order by position, view
"""
RATES = """
    select session_date, ust_2y_pct, ust_10y_pct, round(slope_bp, 1) as slope_bp, real_10y_pct, breakeven_10y_pct,
        round(range_20d_bp, 1) as range_20d_bp, round(percentile_1y, 1) as percentile_1y, vix_index, hy_oas_pct
    from release.marts.fct_rates_regime_daily where session_date <= $last
    order by session_date desc limit $most
"""
OIL = """
    select session_date, wti_usd, brent_usd, round(oil_proxy_return_pct, 2) as oil_proxy_return_pct
    from release.marts.fct_oil_daily where session_date <= $last
    order by session_date desc limit $most
"""
HEALTH = """
    select source, outcome, is_stale, last_observation_date, expected_date, checked_at, detail
    from release.marts.fct_source_health
    qualify row_number() over (partition by source order by checked_at desc) = 1
    order by is_stale desc, outcome = 'landed', source
"""
QUARANTINED = """
    select series, observation_date, field, reason, detail from release.marts.fct_quarantine
    order by observation_date desc, series, field limit 50
"""
SECTORS = """
    select fund, session_date, sector, round(weight_start_pct, 2) as weight, round(return_pct, 2) as change,
        round(contribution_pct, 3) as points
    from release.marts.fct_sector_contribution_daily
    inner join funds using (fund)
    where session_date >= $first and contribution_pct is not null
    order by contribution_pct desc
"""
MOVERS = """
    with ranked as (
        select fund, session_date, holding_id, weight_start_pct, return_pct, contribution_pct,
            row_number() over (partition by fund, session_date order by contribution_pct desc, holding_id) as from_top,
            row_number() over (partition by fund, session_date order by contribution_pct, holding_id) as from_bottom
        from release.marts.fct_holding_contribution_daily
        inner join funds using (fund)
        where session_date >= $first and contribution_pct is not null
    ),
    names as (
        select fund, holding_id, max_by(name, as_of_date) as name
        from release.marts.fct_holdings_daily group by fund, holding_id
    )
    select fund, session_date, holding_id, name, round(weight_start_pct, 3) as weight, round(return_pct, 2) as change,
        round(contribution_pct, 4) as points
    from ranked left join names using (fund, holding_id)
    where (from_top <= $each and contribution_pct > 0) or (from_bottom <= $each and contribution_pct < 0)
    order by contribution_pct desc
"""


def page_data(database: Path, about: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the page shows; `dates` is empty when the release holds no brief."""
    with open_read_only(database) as con:
        funds = fetch_dicts(con, FUNDS, [DEFAULT_FUND])
        most = max(FEWEST_SESSIONS, min(MOST_SESSIONS, FUND_SESSIONS // max(len(funds), 1)))
        dates = sorted(day for (day,) in con.execute(DATES, [most]).fetchall())
        data: dict[str, Any] = {
            "about": dict(about),
            "dates": dates,
            "drivers": fetch_dicts(con, "select driver, label from release.marts.dim_driver order by position"),
            "components": _component_names(con),
            "periods": PERIODS,
            "sql": {name: query.strip() for name, query in FIGURES.items()},
            "health": fetch_dicts(con, HEALTH),
            "quarantined": con.execute(QUARANTINED).fetchall(),
            "funds": {f["fund"]: f for f in funds},
        }
        if dates:
            con.execute("create temp table funds as select fund, default_model as model from release.marts.dim_fund")
            con.execute("delete from funds where model is null")
            _fill_funds(con, data, dates)
            _fill_holdings(con, data["funds"], dates)
            data["rates"] = _columns(con, RATES, last=dates[-1], most=CONTEXT_SESSIONS)
            data["oil"] = _columns(con, OIL, last=dates[-1], most=CONTEXT_SESSIONS)
    return data


def _fill_funds(con: duckdb.DuckDBPyConnection, data: dict[str, Any], dates: list[date]) -> None:
    """What each fund has for each session, in lists as long as `dates`."""
    funds, at = data["funds"], {day: i for i, day in enumerate(dates)}
    asked = {"first": dates[0]}
    for fund in funds.values():
        fund |= {"day": {}, "points": {}, "se": {}, "low": {}, "high": {}, "shown": {}, "moves": {}, "period": {}}
    for row in fetch_dicts(con, SUMMARY, asked):
        fund, day = funds[row.pop("fund")], row.pop("session_date")
        for name, value in row.items():
            _put(fund["day"], name, len(dates), at.get(day), value)
    for row in fetch_dicts(con, CONTRIBUTIONS, asked):
        for name in ("points", "se", "low", "high", "shown"):
            _put(funds[row["fund"]][name], row["driver"], len(dates), at.get(row["session_date"]), row[name])
    for row in fetch_dicts(con, COMPONENTS, asked):
        moved = [row["move"], row["beta"]]
        _put(funds[row["fund"]]["moves"], row["component"], len(dates), at.get(row["session_date"]), moved)
    _fill_periods(con, data, dates)
    _fill_betas(con, funds, dates)
    _fill_scenarios(con, data, dates)


def _fill_periods(con: duckdb.DuckDBPyConnection, data: dict[str, Any], dates: list[date]) -> None:
    """For each period and its last session: return, sessions, complete, then the drivers in their order."""
    at = {day: i for i, day in enumerate(dates)}
    order = [d["driver"] for d in data["drivers"]]
    for row in fetch_dicts(con, PERIOD, {"first": dates[0], "last": dates[-1], "periods": list(PERIODS)}):
        periods = data["funds"][row["fund"]]["period"].setdefault(row["period"], [None] * len(dates))
        i = at[row["period_end"]]
        periods[i] = periods[i] or [row["total"], row["n_sessions"], row["is_complete"], *[None] * len(order)]
        periods[i][3 + order.index(row["driver"])] = row["points"]


def _fill_betas(con: duckdb.DuckDBPyConnection, funds: dict[str, Any], dates: list[date]) -> None:
    """Paths of sensitivities: a date a week, and for each component beta and half the width of its band."""
    years = max(1, min(MOST_BETA_YEARS, FUND_BETA_YEARS // max(len(funds), 1)))
    rows = fetch_dicts(con, BETAS, {"last": dates[-1], "years": years})
    for name, fund in funds.items():
        own = [row for row in rows if row["fund"] == name]
        weeks = sorted({row["session_date"] for row in own})
        at = {day: i for i, day in enumerate(weeks)}
        fund["betas"] = {"date": weeks, "beta": {}, "half": {}}
        for row in own:
            for value in ("beta", "half"):
                _put(fund["betas"][value], row["component"], len(weeks), at[row["session_date"]], row[value])


def _fill_scenarios(con: duckdb.DuckDBPyConnection, data: dict[str, Any], dates: list[date]) -> None:
    """For each session a list of scenarios, each with impact and error in every view."""
    rows = fetch_dicts(con, SCENARIOS, {"first": dates[0]})
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
    held = {name for (name,) in con.execute(query).fetchall()}
    if "fct_sector_contribution_daily" in held:
        _by_session(con, funds, "sectors", SECTORS, {"first": dates[-HOLDINGS_SESSIONS:][0]})
    if "fct_holding_contribution_daily" in held:
        asked = {"first": dates[-HOLDINGS_SESSIONS:][0], "each": MOVERS_EACH_SIDE}
        _by_session(con, funds, "movers", MOVERS, asked)


def _by_session(
    con: duckdb.DuckDBPyConnection, funds: dict[str, Any], name: str, query: str, asked: dict[str, Any]
) -> None:
    for row in fetch_dicts(con, query, asked):
        sessions = funds[row.pop("fund")].setdefault(name, {})
        sessions.setdefault(str(row.pop("session_date")), []).append(list(row.values()))


def _component_names(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Label, unit and driver of each column of a regression; d10_news is a branch of the component d10."""
    names = {c.component: {"driver": c.driver, "unit": "", "label": c.label} for c in Catalog.load().components}
    for name, driver, unit in con.execute(COMPONENT_NAMES).fetchall():
        component = name if name in names else name.rsplit("_", 1)[0]
        label = names.get(component, {}).get("label", name)
        names[name] = {"driver": driver, "unit": unit, "label": label}
        names.setdefault(component, names[name])["unit"] = unit
    return names


def _put(holder: dict[str, list[Any]], name: str, length: int, i: int | None, value: object) -> None:
    """Set one place of a list of a known length; what is nowhere set is not there at all."""
    if i is not None and value is not None:
        holder.setdefault(name, [None] * length)[i] = value


def _columns(con: duckdb.DuckDBPyConnection, query: str, **asked: Any) -> dict[str, list[Any]]:
    """Columns of a query, oldest row first."""
    rows = fetch_dicts(con, query, asked)[::-1]
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
