-- A net asset value of a day on which the exchange was closed.
with

session_bounds as (
    select
        min(session_date) as first_date,
        max(session_date) as last_date
    from {{ ref('int_sessions') }}
),

final as (
    select
        navs.fund,
        navs.observation_date,
        'level' as field,
        navs.nav_usd as quarantined_value,
        'not_a_session' as reason,
        'the exchange was closed that day' as detail,
        navs.knowledge_ts
    from {{ ref('int_nav_gaps') }} as navs
    cross join session_bounds
    where
        navs.session_number is null
        and navs.observation_date between session_bounds.first_date and session_bounds.last_date
)

select * from final
