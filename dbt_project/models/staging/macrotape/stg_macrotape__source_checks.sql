with

source as (
    select * from {{ source('raw', 'macrotape__source_checks') }}
    qualify {{ current_version(['source', 'checked_at']) }}
),

final as (
    select
        source,
        checked_at,
        outcome,
        last_observation_date,
        expected_date,
        rows_landed,
        is_stale,
        detail
    from source
)

select * from final
