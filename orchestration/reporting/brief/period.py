"""`macrotape explain`: the attribution of any two dates, linked as fct_attribution_period links fixed periods."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from ingest.errors import Misconfigured
from orchestration.publishing.marts import open_read_only

SESSIONS = """
create temp table sessions as
select session_date, return_pct, status, headline, linking_coefficient
from release.marts.fct_attribution_summary_daily
where fund = $fund and model = $model and session_date between $first and $last and explained_pct is not null
"""
# a coefficient times the return is its log return: their sum is that of the period
TOTAL = """
select min(session_date), max(session_date), count(*), count(*) filter (status = 'provisional'),
    (exp(sum(linking_coefficient * return_pct) / 100) - 1) * 100
from sessions
"""
PARTS = """
with linking as (
    select coalesce($period_return_pct / nullif(sum(linking_coefficient * return_pct), 0), 1) as scale from sessions
)
select driver, label, sum(contribution_pct * linking_coefficient * scale),
    sqrt(sum((contribution_se_pct * linking_coefficient * scale) ** 2))
from release.marts.fct_driver_attribution_daily
join sessions using (session_date)
join release.marts.dim_driver using (driver)
cross join linking
where fund = $fund and model = $model
group by driver, label, position
order by position
"""
LARGEST = "select session_date, headline from sessions order by abs(return_pct) desc, session_date limit 3"
IN_CALENDAR = "select count(*) from release.marts.dim_session where session_date between $first and $last"
ATTRIBUTED = "select fund, default_model from release.marts.dim_fund where is_attributed order by fund"
COVERED = """
select min(session_date), max(session_date) from release.marts.fct_attribution_summary_daily
where fund = $fund and explained_pct is not null
"""


@dataclass(frozen=True)
class Part:
    """The contribution of one driver over the period, in percentage points."""

    driver: str
    label: str
    contribution_pct: float
    se_lower_bound_pct: float


@dataclass(frozen=True)
class Period:
    """The linked attribution of a fund between two sessions."""

    fund: str
    model: str
    first_session: date
    last_session: date
    period_return_pct: float
    n_sessions: int
    n_missing: int
    n_provisional: int
    parts: list[Part]
    largest_sessions: list[tuple[date, str]]
    is_simulated: bool


def explain(database: Path, fund: str, first: date, last: date) -> Period:
    """The linked attribution of a fund from `first` to `last`, both included.

    Raises:
        Misconfigured: `first` is after `last`, the fund is not attributed, it has no attributed session between the
            dates, or an earlier version built the release.
    """
    if first > last:
        raise Misconfigured(f"--from {first} is after --to {last}")
    fund = fund.upper()
    with open_read_only(database) as con:
        models = dict(con.execute(ATTRIBUTED).fetchall())
        if fund not in models:
            raise Misconfigured(f"the release attributes no {fund!r}; it has {', '.join(models)}")
        own, dates = {"fund": fund, "model": models[fund]}, {"first": first, "last": last}
        try:
            con.execute(SESSIONS, own | dates)
        except duckdb.BinderException as error:
            raise Misconfigured("an earlier version built this release: run `macrotape run`, then explain") from error
        ((first_session, last_session, n_sessions, n_provisional, total),) = con.execute(TOTAL).fetchall()
        if not n_sessions:
            ((start, end),) = con.execute(COVERED, {"fund": fund}).fetchall()
            raise Misconfigured(f"{fund} has no attributed session from {first} to {last}; it has {start} to {end}")
        parts = con.execute(PARTS, own | {"period_return_pct": total}).fetchall()
        ((in_calendar,),) = con.execute(IN_CALENDAR, dates).fetchall()
        largest = con.execute(LARGEST).fetchall()
        ((is_simulated,),) = con.execute(
            "select bool_or(sources_mode = 'SIMULATED') from release.marts.dim_release"
        ).fetchall()
    return Period(
        fund=fund,
        model=models[fund],
        first_session=first_session,
        last_session=last_session,
        period_return_pct=total,
        n_sessions=n_sessions,
        n_missing=in_calendar - n_sessions,
        n_provisional=n_provisional,
        parts=[Part(*row) for row in parts],
        largest_sessions=largest,
        is_simulated=bool(is_simulated),
    )


def as_markdown(period: Period) -> str:
    """The period as Markdown."""
    total = period.period_return_pct
    shown = _rounded([part.contribution_pct for part in period.parts], total)
    missing = f"no, {period.n_missing} sessions without an attribution" if period.n_missing else "yes"
    lines = [
        f"# {period.fund} {period.first_session} to {period.last_session}",
        "",
        *(["**SIMULATED market: none of these prices is real.**", ""] if period.is_simulated else []),
        f"{period.fund} returned {total:+.2f} % over {period.n_sessions} sessions.",
        "",
        "| Driver | Contribution, pp | +/- SE at least |",
        "|---|---:|---:|",
        *(
            f"| {part.label} | {pp:+.2f} | {part.se_lower_bound_pct:.2f} |"
            for part, pp in zip(period.parts, shown, strict=True)
        ),
        f"| Total | {total:+.2f} | |",
        "",
        "Largest sessions:",
        "",
        *(f"- {day}: {headline}" for day, headline in period.largest_sessions),
        "",  # a paragraph of its own, or a terminal shows it as part of the list
        f"Complete: {missing}.",
        *([f"Provisional sessions: {period.n_provisional}."] if period.n_provisional else []),
        f"Model {period.model}, linked by Carino; errors treat days as independent, so they are a lower bound.",
    ]
    return "\n".join(lines)


def _rounded(parts: list[float], total: float) -> list[float]:
    """Parts to 0.01 that add up to the rounded total: largest remainder, as in the brief."""
    hundredths = [int(100 * p // 1) for p in parts]
    missing = round(100 * total) - sum(hundredths)
    by_remainder = sorted(range(len(parts)), key=lambda i: hundredths[i] - 100 * parts[i])
    for i in by_remainder[:missing]:
        hundredths[i] += 1
    return [h / 100 for h in hundredths]
