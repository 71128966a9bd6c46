"""Briefs of a release. Imports little, so that `macrotape brief` starts quickly."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ingest.errors import Misconfigured
from orchestration.publishing.marts import fetch_dicts, open_read_only

DEFAULT_FUND = "IWM"


@dataclass(frozen=True)
class Brief:
    """Headline and brief of one fund and session."""

    fund: str
    session_date: date
    headline: str
    markdown: str


def read_brief(database: Path, fund: str, day: date | None = None) -> Brief:
    """The brief of a fund and session, by default its last one.

    Raises:
        Misconfigured: the release has no such fund or session; names the ones it has.
    """
    query = "select fund, session_date, headline, markdown from release.marts.fct_brief_daily where fund = ?"
    with open_read_only(database) as con:
        funds = [
            str(f)
            for (f,) in con.execute("select distinct fund from release.marts.fct_brief_daily order by 1").fetchall()
        ]
        if fund.upper() not in funds:
            raise Misconfigured(f"the release has no brief of {fund!r}; it has {', '.join(funds) or 'none at all'}")
        if day is None:
            found = con.execute(f"{query} order by session_date desc limit 1", [fund.upper()]).fetchall()
        else:
            found = con.execute(f"{query} and session_date = ?", [fund.upper(), day]).fetchall()
        if not found:
            nearest = con.execute(
                "select session_date from release.marts.fct_brief_daily where fund = ? "
                "order by abs(date_diff('day', session_date, cast(? as date))) limit 1",
                [fund.upper(), day],
            ).fetchall()
            raise Misconfigured(f"{fund.upper()} has no brief of {day}; the nearest session is {nearest[0][0]}")
    return Brief(*found[0])


def read_brief_facts(database: Path, brief: Brief) -> dict[str, Any]:
    """The same brief for a program: the day as a whole and one entry per driver with its components, unrounded.

    A component's unexpected_move times its sequential_beta is its contribution_pct.
    """
    day = """
        select s.fund, s.session_date, r.release_id, r.sources_mode, s.headline, s.model, s.return_pct, s.explained_pct,
            s.specific_pct, s.specific_z, s.r_squared, s.n_obs, s.day_class, s.is_specific_large, s.lead_driver,
            s.trigger_driver, s.trigger_z, s.status, s.drivers_missing, s.fallbacks, s.model_version,
            s.as_of_knowledge_ts
        from release.marts.fct_attribution_summary_daily as s
        inner join release.marts.dim_fund as f on s.fund = f.fund and s.model = f.default_model
        left join release.marts.dim_release as r on r.is_this_release
        where s.fund = $fund and s.session_date = $day
    """
    drivers = """
        select a.driver, d.label, a.contribution_pct, a.contribution_se_pct, a.order_min_pct, a.order_max_pct,
            a.rounded_contribution_pct, a.is_lead
        from release.marts.fct_driver_attribution_daily as a
        inner join release.marts.dim_fund as f on a.fund = f.fund and a.model = f.default_model
        inner join release.marts.dim_driver as d on a.driver = d.driver
        where a.fund = $fund and a.session_date = $day
        order by d.position
    """
    components = """
        select c.driver, c.component, c.component_label as label, c.move, c.move_unit, c.unexpected_move,
            c.sequential_beta, c.contribution_pct, c.rounded_contribution_pct, c.is_shown
        from release.marts.fct_driver_component_daily as c
        inner join release.marts.dim_fund as f on c.fund = f.fund and c.model = f.default_model
        where c.fund = $fund and c.session_date = $day
        order by c.position
    """
    parameters = {"fund": brief.fund, "day": brief.session_date}
    with open_read_only(database) as con:
        facts = fetch_dicts(con, day, parameters)[0]
        facts["drivers"] = fetch_dicts(con, drivers, parameters)
        parts = fetch_dicts(con, components, parameters)
    for driver in facts["drivers"]:
        driver["components"] = [
            {name: value for name, value in part.items() if name != "driver"}
            for part in parts
            if part["driver"] == driver["driver"]
        ]
    return facts


def read_latest_briefs(database: Path) -> list[Brief]:
    """The newest brief of every fund; the default fund first."""
    query = """
        select fund, session_date, headline, markdown from release.marts.fct_brief_daily
        qualify row_number() over (partition by fund order by session_date desc) = 1
        order by fund <> ?, fund
    """
    with open_read_only(database) as con:
        return [Brief(*row) for row in con.execute(query, [DEFAULT_FUND]).fetchall()]
