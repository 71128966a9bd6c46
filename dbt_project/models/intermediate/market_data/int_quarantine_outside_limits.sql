-- A value that the series cannot have: a negative price, a yield of 425 percent.
with

final as (
    select
        series,
        observation_date,
        'level' as field,
        level as quarantined_value,
        'outside_limits' as reason,
        concat('outside ', cast(least_level as string), ' to ', cast(most_level as string)) as detail,
        knowledge_ts
    from {{ ref('int_published_observations') }}
    where not level between least_level and most_level
)

select * from final
