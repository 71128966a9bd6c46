"""`macrotape explain`: the attribution of any two dates, linked as fct_attribution_period links fixed periods."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingest.errors import Misconfigured
from orchestration.publishing.marts import open_read_only

# Carino (1999), as the dbt macro carino_k: k = ln(1+r)/r of each session, K the same of the whole period.
LINKED = """
with sessions as (
    select session_date, return_pct, status, headline,
        case when abs(return_pct) < 1e-4 then 1 - return_pct / 200 + return_pct * return_pct / 30000
            else ln(1 + return_pct / 100) / (return_pct / 100) end as k
    from release.marts.fct_attribution_summary_daily
    where fund = $fund and model = $model and session_date between $first and $last and explained_pct is not null
),
total as (
    select (exp(sum(ln(1 + return_pct / 100))) - 1) * 100 as period_return_pct, count(*) as n_sessions,
        count(*) filter (status = 'provisional') as n_provisional,
        min(session_date) as first_session, max(session_date) as last_session
    from sessions
),
linking as (
    select *, case when abs(period_return_pct) < 1e-4
            then 1 - period_return_pct / 200 + period_return_pct * period_return_pct / 30000
            else ln(1 + period_return_pct / 100) / (period_return_pct / 100) end as period_k
    from total
)
select d.driver, d.label, sum(f.contribution_pct * s.k) / max(l.period_k) as contribution_pct,
    sqrt(sum(power(f.contribution_se_pct * s.k, 2))) / max(l.period_k) as contribution_se_pct,
    max(l.period_return_pct), max(l.n_sessions), max(l.n_provisional), max(l.first_session), max(l.last_session)
from release.marts.fct_driver_attribution_daily as f
join sessions as s using (session_date)
join release.marts.dim_driver as d using (driver)
cross join linking as l
where f.fund = $fund and f.model = $model
group by d.driver, d.label, d.position
order by d.position
"""

LARGEST = """
select session_date, headline from release.marts.fct_attribution_summary_daily
where fund = $fund and model = $model and session_date between $first and $last and explained_pct is not null
order by abs(return_pct) desc, session_date limit 3
"""


@dataclass(frozen=True)
class Part:
    """What moved with one driver over the period, in points."""

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
        Misconfigured: the dates are the wrong way round, the fund is not attributed, or no session lies between.
    """
    if first > last:
        raise Misconfigured(f"--from {first} is after --to {last}")
    fund = fund.upper()
    with open_read_only(database) as con:
        attributed = dict(
            con.execute(
                "select fund, default_model from release.marts.dim_fund where is_attributed order by fund"
            ).fetchall()
        )
        if fund not in attributed:
            raise Misconfigured(f"the release attributes no {fund!r}; it has {', '.join(attributed)}")
        asked = {"fund": fund, "model": attributed[fund], "first": first, "last": last}
        rows = con.execute(LINKED, asked).fetchall()
        if not rows:
            covered = con.execute(
                "select min(session_date), max(session_date) from release.marts.fct_attribution_summary_daily"
                " where fund = $fund and explained_pct is not null",
                {"fund": fund},
            ).fetchall()[0]
            raise Misconfigured(
                f"{fund} has no attributed session from {first} to {last}; it has {covered[0]} to {covered[1]}"
            )
        in_period = con.execute(
            "select count(*) from release.marts.dim_session where session_date between ? and ?", [first, last]
        ).fetchall()[0][0]
        largest = con.execute(LARGEST, asked).fetchall()
        simulated = con.execute("select bool_or(sources_mode = 'SIMULATED') from release.marts.dim_release").fetchall()
    total, n_sessions, n_provisional, begun, ended = rows[0][4:]
    return Period(
        fund=fund,
        model=attributed[fund],
        first_session=begun,
        last_session=ended,
        period_return_pct=total,
        n_sessions=n_sessions,
        n_missing=in_period - n_sessions,
        n_provisional=n_provisional,
        parts=[Part(*row[:4]) for row in rows],
        largest_sessions=largest,
        is_simulated=bool(simulated[0][0]),
    )


def as_markdown(period: Period) -> str:
    """The same for a person."""
    total = period.period_return_pct
    lines = [f"# {period.fund} {period.first_session} to {period.last_session}", ""]
    if period.is_simulated:
        lines += ["**SIMULATED market: none of these prices is real.**", ""]
    lines += [f"{period.fund} returned {total:+.2f} % over {period.n_sessions} sessions.", ""]
    lines += ["| Driver | Points | +/- SE at least |", "|---|---:|---:|"]
    rounded = _rounded([part.contribution_pct for part in period.parts], total)
    lines += [
        f"| {part.label} | {points:+.2f} | {part.se_lower_bound_pct:.2f} |"
        for part, points in zip(period.parts, rounded, strict=True)
    ]
    lines += [f"| Total | {total:+.2f} | |", "", "Largest sessions:", ""]
    lines += [f"- {day}: {headline}" for day, headline in period.largest_sessions]
    missing = period.n_missing
    # a paragraph, which no terminal takes for more of the list above
    lines += ["", f"Complete: {'yes' if not missing else f'no, {missing} sessions without an attribution'}."]
    if period.n_provisional:
        lines += [f"Provisional sessions: {period.n_provisional}."]
    lines += [f"Model {period.model}, linked by Carino; errors treat days as independent, so they are a lower bound."]
    return "\n".join(lines)


def _rounded(parts: list[float], total: float) -> list[float]:
    """Parts to 0.01 that add up to the rounded total: largest remainder, as in the brief."""
    hundredths = [int(100 * p // 1) for p in parts]
    missing = round(100 * total) - sum(hundredths)
    by_remainder = sorted(range(len(parts)), key=lambda i: hundredths[i] - 100 * parts[i])
    for i in by_remainder[:missing]:
        hundredths[i] += 1
    return [h / 100 for h in hundredths]
