with

quarantine as (
    select
        series,
        observation_date,
        field,
        quarantined_value,
        reason,
        detail,
        knowledge_ts
    from {{ ref('int_quarantine') }}
    union all
    select
        'xnys:sessions' as series,
        session_date as observation_date,
        'session' as field,
        cast(null as double) as quarantined_value,
        'exchange_closed' as reason,
        concat('a session by the calendar, but nothing traded: no observation of that date by ', publishers) as detail,
        knowledge_ts
    from {{ ref('int_unscheduled_closings') }}
),

final as (
    select
        cast(series as string) as series,
        cast(observation_date as date) as observation_date,
        cast(field as string) as field,
        cast(quarantined_value as double) as quarantined_value,
        cast(reason as string) as reason,
        cast(detail as string) as detail,
        cast(knowledge_ts as timestamp) as knowledge_ts
    from quarantine
)

select * from final
