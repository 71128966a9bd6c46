{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_quarantine'}}}) }}
with

recent as (
    select max(session_date) as first_session_date
    from {{ ref('dim_session') }}
    where session_number <= (select max(all_sessions.session_number) - 20 from {{ ref('dim_session') }} as all_sessions)
),

final as (
    select
        checks.series,
        checks.observation_date,
        checks.field,
        checks.quarantined_value,
        checks.reason,
        checks.detail,
        checks.knowledge_ts
    from {{ ref('fct_quarantine') }} as checks
    where
        checks.observation_date > (select recent.first_session_date from recent)
)

select * from final
