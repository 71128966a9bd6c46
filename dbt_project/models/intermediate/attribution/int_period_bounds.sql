{% set periods = {
    'WTD': "date_trunc('week', session_date)",
    'MTD': "date_trunc('month', session_date)",
    'QTD': "date_trunc('quarter', session_date)",
    'YTD': "date_trunc('year', session_date)",
    '1M': "session_date - interval 1 month + interval 1 day",
    '3M': "session_date - interval 3 month + interval 1 day",
    '1Y': "session_date - interval 12 month + interval 1 day",
} %}
-- For each period_end published: the first and last session number of each period that ends there.
with

attributed as (
    select max(session_date) as last_session_date
    from {{ ref('int_driver_contributions') }}
),

-- the calendar runs to today, observations may not
sessions as (
    select
        sessions.*,
        row_number() over (order by sessions.session_date desc) as sessions_ago,
        row_number() over (
            partition by date_trunc('month', sessions.session_date) order by sessions.session_date desc
        ) as nth_last_of_month
    from {{ ref('int_sessions') }} as sessions
    inner join attributed
        on sessions.session_date <= attributed.last_session_date
),

period_ends as (
    select * from sessions
    where sessions_ago <= {{ var('order_range_sessions') }} or nth_last_of_month = 1
),

first_days as (
    {% for period, first_day in periods.items() %}
    select
        session_date as period_end,
        session_number as last_session_number,
        '{{ period }}' as period,
        cast({{ first_day }} as date) as first_day
    from period_ends
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        first_days.period,
        first_days.period_end,
        first_days.last_session_number,
        min(sessions.session_number) as first_session_number,
        min(sessions.session_date) as period_start
    from first_days
    inner join sessions
        on sessions.session_date between first_days.first_day and first_days.period_end
    group by first_days.period, first_days.period_end, first_days.last_session_number
)

select * from final
