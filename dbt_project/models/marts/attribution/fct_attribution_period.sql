with

contributions as (
    select
        contributions.*,
        days.return_pct
    from {{ ref('int_driver_contributions') }} as contributions
    inner join {{ ref('int_attribution_days') }} as days
        on
            contributions.model = days.model
            and contributions.fund = days.fund
            and contributions.session_date = days.session_date
),

lines as (
    select distinct
        model,
        fund,
        driver
    from contributions
),

-- running sums of what Carino links, on every session, attributed or not: the sum over any period is the
-- difference of two rows
running as (
    select
        lines.model,
        lines.fund,
        lines.driver,
        sessions.session_number,
        sum(contributions.contribution_pct * {{ carino_k('contributions.return_pct') }}) over so_far as linked_so_far,
        sum(power(contributions.contribution_se_pct * {{ carino_k('contributions.return_pct') }}, 2)) over so_far as variance_so_far,
        sum({{ log_return('contributions.return_pct') }}) over so_far as log_return_so_far,
        count(case when contributions.return_pct <= -100 then 1 end) over so_far as unlinkable_so_far,
        count(contributions.contribution_pct) over so_far as sessions_so_far
    from lines
    cross join {{ ref('int_sessions') }} as sessions
    left join contributions
        on
            lines.model = contributions.model
            and lines.fund = contributions.fund
            and lines.driver = contributions.driver
            and sessions.session_date = contributions.session_date
    window so_far as (partition by lines.model, lines.fund, lines.driver order by sessions.session_number)
),

spans as (
    select
        bounds.period,
        bounds.period_start,
        bounds.period_end,
        bounds.last_session_number - bounds.first_session_number + 1 as sessions_in_period,
        until_end.model,
        until_end.fund,
        until_end.driver,
        until_end.linked_so_far - coalesce(until_start.linked_so_far, 0) as linked,
        until_end.variance_so_far - coalesce(until_start.variance_so_far, 0) as variance,
        until_end.log_return_so_far - coalesce(until_start.log_return_so_far, 0) as log_return,
        until_end.unlinkable_so_far - coalesce(until_start.unlinkable_so_far, 0) as n_unlinkable,
        until_end.sessions_so_far - coalesce(until_start.sessions_so_far, 0) as n_sessions
    from {{ ref('int_period_bounds') }} as bounds
    inner join running as until_end
        on bounds.last_session_number = until_end.session_number
    left join running as until_start
        on
            until_end.model = until_start.model
            and until_end.fund = until_start.fund
            and until_end.driver = until_start.driver
            and bounds.first_session_number - 1 = until_start.session_number
),

linked as (
    select
        *,
        -- what is left after a return of -100 % has no return
        case when n_unlinkable = 0 then (exp(log_return) - 1) * 100 end as period_return_pct
    from spans
    where n_sessions > 0
),

final as (
    select
        cast(fund as string) as fund,
        cast(period as string) as period,
        cast(period_end as date) as period_end,
        cast(model as string) as model,
        cast(driver as string) as driver,
        cast(period_start as date) as period_start,
        cast(linked / {{ carino_k('period_return_pct') }} as double) as contribution_pct,
        cast(sqrt(greatest(variance, 0)) / {{ carino_k('period_return_pct') }} as double) as contribution_se_lower_bound_pct,
        cast(period_return_pct as double) as period_return_pct,
        cast(n_sessions as integer) as n_sessions,
        cast(n_sessions = sessions_in_period and n_unlinkable = 0 as boolean) as is_complete
    from linked
)

select * from final
