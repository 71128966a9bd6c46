with

source as (
    select * from {{ source('raw', 'macrotape__releases') }}
    qualify {{ current_version(['release_id']) }}
),

final as (
    select
        release_id,
        opened_at,
        sources_mode,
        is_published,
        macrotape_version,
        duckdb_version,
        dbt_version,
        dagster_version,
        landing_id
    from source
)

select * from final
