with

checks as (
    select * from {{ ref('stg_macrotape__source_checks') }}
),

-- what a number of the session depends on: fund values, and the preferred series of each driver component
needed as (
    select 'nav:' || fund as source
    from {{ ref('funds') }}
    where is_attributed
    union
    select
        case
            when series.source is null then components.series
            when series.source = 'treasury' then 'treasury:par_yields'
            else concat(series.source, ':', series.source_id)
        end as source
    from {{ ref('driver_components') }} as components
    left join {{ ref('series') }} as series
        on components.series = series.series
    where components.source_rank = 1
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
        cast(
            case
                when last_observation_date >= expected_date or expected_date is null then 'on time'
                when source in (select needed.source from needed) then 'late and needed'
                else 'late'
            end as string
        ) as freshness,
        cast(detail as string) as detail
    from checks
)

select * from final
