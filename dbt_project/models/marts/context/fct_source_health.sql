with

checks as (
    select * from {{ ref('stg_macrotape__source_checks') }}
),

final as (
    select
        cast(source as string) as source,
        cast(checked_at as timestamp) as checked_at,
        cast(last_observation_date as date) as last_observation_date,
        cast(expected_date as date) as expected_date,
        cast(outcome as string) as outcome,
        cast(rows_landed as bigint) as rows_landed,
        cast(is_stale as boolean) as is_stale,
        cast(detail as string) as detail
    from checks
)

select * from final
