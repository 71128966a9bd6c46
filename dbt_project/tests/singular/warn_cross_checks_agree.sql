{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_cross_check'}}}) }}
with

recent as (
    select max(session_date) as first_session_date
    from {{ ref('dim_session') }}
    where session_number <= (select max(all_sessions.session_number) - 20 from {{ ref('dim_session') }} as all_sessions)
),

final as (
    select
        checks.check_name,
        checks.subject,
        checks.session_date,
        checks.left_value,
        checks.right_value,
        checks.gap,
        checks.tolerance,
        checks.is_within
    from {{ ref('fct_cross_check') }} as checks
    where
        not checks.is_within
        and checks.session_date > (select recent.first_session_date from recent)
)

select * from final
