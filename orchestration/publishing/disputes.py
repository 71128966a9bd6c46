"""Values a reader must know of: disputed, rejected or quarantined on the latest sessions, or learned in this run."""

from pathlib import Path

from orchestration.publishing.marts import open_read_only

# A dispute of yesterday is still news today; one of last month is history, kept in the mart.
SESSIONS = 5

NEWS = f"""
    with

    latest_sessions as (
        select distinct session_date from release.marts.fct_attribution_summary_daily
        order by session_date desc limit {SESSIONS}
    ),

    -- in a first release everything is learned at once, and nothing of it is news
    last_release as (
        select max(opened_at) as opened_at from release.marts.dim_release having count(*) > 1
    )
"""  # noqa: S608 - constant

# the condition on a date column
IS_NEWS = "({} in (from latest_sessions) or knowledge_ts >= (select opened_at from last_release))"

DISPUTES = f"""{NEWS}
    select session_date, series, series_verdict, any_value(value),
        string_agg(printf('%s %+.2f', witness, predicted), ', ' order by witness) filter (verdict = 'disagrees')
    from release.marts.fct_confirmation_daily
    where series_verdict in ('disputed', 'rejected')
        and {IS_NEWS.format("session_date")}
    group by all
    order by session_date desc, series
"""  # noqa: S608 - constant

QUARANTINED = f"""{NEWS}
    select observation_date, series, field, quarantined_value, detail
    from release.marts.fct_quarantine
    where field <> 'session'
        and {IS_NEWS.format("observation_date")}
    order by observation_date desc, series, field
"""  # noqa: S608 - constant


def disputes(database: Path) -> list[str]:
    """One phrase for each series and session; empty if nothing is disputed, rejected or quarantined."""
    with open_read_only(database) as con:
        disputed = con.execute(DISPUTES).fetchall()
        quarantined = con.execute(QUARANTINED).fetchall()
    return [
        f"not used: {series} {field} {value:g} on {day}: {detail}" for day, series, field, value, detail in quarantined
    ] + [
        f"{'not used' if verdict == 'rejected' else 'disputed'}: {series} {value:+.2f} on {day}, against {witnesses}"
        for day, series, verdict, value, witnesses in disputed
    ]
