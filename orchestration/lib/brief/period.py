"""`macrotape explain`: the attribution of any two dates, linked as fct_attribution_period links fixed periods."""

from datetime import date
from pathlib import Path

from ingest.errors import Misconfigured
from orchestration.lib.marts import opened

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
select d.label, sum(f.contribution_pct * s.k) / max(l.period_k) as contribution_pct,
    sqrt(sum(power(f.contribution_se_pct * s.k, 2))) / max(l.period_k) as contribution_se_pct,
    max(l.period_return_pct), max(l.n_sessions), max(l.n_provisional), max(l.first_session), max(l.last_session)
from release.marts.fct_driver_attribution_daily as f
join sessions as s using (session_date)
join release.marts.dim_driver as d using (driver)
cross join linking as l
where f.fund = $fund and f.model = $model
group by d.label, d.position
order by d.position
"""

LARGEST = """
select session_date, headline from release.marts.fct_attribution_summary_daily
where fund = $fund and model = $model and session_date between $first and $last and explained_pct is not null
order by abs(return_pct) desc, session_date limit 3
"""


def explain(database: Path, fund: str, first: date, last: date) -> str:
    """The linked attribution of a fund from `first` to `last`, both included, as Markdown.

    Raises:
        Misconfigured: the dates are the wrong way round, the fund is not attributed, or no session lies between.
    """
    if first > last:
        raise Misconfigured(f"--from {first} is after --to {last}")
    fund = fund.upper()
    with opened(database) as con:
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
    return _page(fund, attributed[fund], rows, in_period, largest, simulated=bool(simulated[0][0]))


def _page(
    fund: str,
    model: str,
    rows: list[tuple[object, ...]],
    in_period: int,
    largest: list[tuple[object, ...]],
    *,
    simulated: bool,
) -> str:
    _, _, _, total, n_sessions, n_provisional, first, last = rows[0]
    lines = [f"# {fund} {first} to {last}", ""]
    if simulated:
        lines += ["**SIMULATED market: none of these prices is real.**", ""]
    lines += [f"{fund} returned {total:+.2f} % over {n_sessions} sessions.", ""]
    lines += ["| Driver | Points | +/- SE at least |", "|---|---:|---:|"]
    rounded = _rounded([float(str(row[1])) for row in rows], float(str(total)))
    lines += [f"| {row[0]} | {points:+.2f} | {row[2]:.2f} |" for row, points in zip(rows, rounded, strict=True)]
    lines += [f"| Total | {total:+.2f} | |", "", "Largest sessions:", ""]
    lines += [f"- {day}: {headline}" for day, headline in largest]
    missing = in_period - int(str(n_sessions))
    lines += ["", f"- Complete: {'yes' if not missing else f'no, {missing} sessions without an attribution'}"]
    if n_provisional:
        lines += [f"- Provisional sessions: {n_provisional}"]
    lines += [f"- Model {model}, linked by Carino; errors treat days as independent, so they are a lower bound"]
    return "\n".join(lines)


def _rounded(parts: list[float], total: float) -> list[float]:
    """Parts to 0.01 that add up to the rounded total: largest remainder, as in the brief."""
    hundredths = [int(100 * p // 1) for p in parts]
    missing = round(100 * total) - sum(hundredths)
    by_remainder = sorted(range(len(parts)), key=lambda i: hundredths[i] - 100 * parts[i])
    for i in by_remainder[:missing]:
        hundredths[i] += 1
    return [h / 100 for h in hundredths]
