with

effects as (
    select
        *,
        {{ carino_active_k('return_pct', 'benchmark_return_pct') }} as k,
        status in ('reconciled', 'approximate') and benchmark_status in ('reconciled', 'approximate') as is_sound
    from {{ ref('int_brinson_days') }}
),

sessions as (
    select * from {{ ref('int_sessions') }}
),

periods as (
    select
        bounds.period,
        bounds.period_start,
        bounds.period_end,
        bounds.last_session_number - bounds.first_session_number + 1 as sessions_in_period,
        sessions.session_date
    from {{ ref('int_period_bounds') }} as bounds
    inner join sessions
        on sessions.session_number between bounds.first_session_number and bounds.last_session_number
    -- no further back than there are files
    where sessions.session_date >= (select min(effects.session_date) from effects)
),

days as (
    select distinct
        fund,
        benchmark,
        session_date,
        return_pct,
        benchmark_return_pct,
        is_sound
    from effects
),

-- the returns of the whole are compounded over its sessions, whichever sectors it held on each
wholes as (
    select
        days.fund,
        days.benchmark,
        periods.period,
        periods.period_end,
        max(periods.period_start) as period_start,
        max(periods.sessions_in_period) as sessions_in_period,
        count(*) as n_sessions,
        sum(case when days.is_sound then 1 else 0 end) as n_sound_sessions,
        least(min(days.return_pct), min(days.benchmark_return_pct)) > -100 as is_linkable,
        (exp(sum({{ log_return('days.return_pct') }})) - 1) * 100 as linked_return_pct,
        (exp(sum({{ log_return('days.benchmark_return_pct') }})) - 1) * 100 as linked_benchmark_return_pct
    from days
    inner join periods
        on days.session_date = periods.session_date
    group by days.fund, days.benchmark, periods.period, periods.period_end
),

-- what is left after a return of -100 % has no return
linkable as (
    select
        *,
        case when is_linkable then linked_return_pct end as return_pct,
        case when is_linkable then linked_benchmark_return_pct end as benchmark_return_pct
    from wholes
),

parts as (
    select
        effects.fund,
        effects.benchmark,
        periods.period,
        periods.period_end,
        effects.sector,
        sum(effects.allocation_pct * effects.k) as allocation,
        sum(effects.selection_pct * effects.k) as selection
    from effects
    inner join periods
        on effects.session_date = periods.session_date
    group by effects.fund, effects.benchmark, periods.period, periods.period_end, effects.sector
),

final as (
    select
        cast(parts.fund as string) as fund,
        cast(parts.benchmark as string) as benchmark,
        cast(parts.period as string) as period,
        cast(parts.period_end as date) as period_end,
        cast(parts.sector as string) as sector,
        cast(wholes.period_start as date) as period_start,
        cast(parts.allocation / {{ carino_active_k('wholes.return_pct', 'wholes.benchmark_return_pct') }} as double) as allocation_pct,
        cast(parts.selection / {{ carino_active_k('wholes.return_pct', 'wholes.benchmark_return_pct') }} as double) as selection_pct,
        cast(wholes.return_pct as double) as holdings_return_pct,
        cast(wholes.benchmark_return_pct as double) as benchmark_holdings_return_pct,
        cast(wholes.return_pct - wholes.benchmark_return_pct as double) as active_return_pct,
        cast(wholes.n_sessions as integer) as n_sessions,
        cast(wholes.n_sound_sessions = wholes.sessions_in_period and wholes.is_linkable as boolean) as is_complete
    from parts
    inner join linkable as wholes
        on
            parts.fund = wholes.fund
            and parts.benchmark = wholes.benchmark
            and parts.period = wholes.period
            and parts.period_end = wholes.period_end
)

select * from final
