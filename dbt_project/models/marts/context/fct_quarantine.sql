with

quarantine as (
    select * from {{ ref('int_quarantine') }}
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
