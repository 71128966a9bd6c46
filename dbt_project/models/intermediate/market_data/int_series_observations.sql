-- What is calculated with: published observations without what is in quarantine.
with

quarantine as (
    select
        series,
        observation_date,
        max(case when field = 'level' then 1 else 0 end) = 1 as is_level_refused
    from {{ ref('int_quarantine') }}
    group by series, observation_date
),

-- a quarantined level is no observation; a quarantined distribution was not paid
final as (
    select
        published.series,
        published.observation_date,
        published.level,
        case when quarantine.series is null then published.distribution end as distribution,
        published.knowledge_ts
    from {{ ref('int_published_observations') }} as published
    left join quarantine
        on
            published.series = quarantine.series
            and published.observation_date = quarantine.observation_date
    where not coalesce(quarantine.is_level_refused, false)
)

select * from final
