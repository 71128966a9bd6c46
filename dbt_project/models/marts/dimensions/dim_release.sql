with

releases as (
    select * from {{ ref('stg_macrotape__releases') }}
),

-- releases that readers have seen, and the one being built now: the newest landed, as a clock may be set back
final as (
    select
        cast(release_id as string) as release_id,
        cast(opened_at as timestamp) as opened_at,
        cast(sources_mode as string) as sources_mode,
        cast(landing_id = max(landing_id) over () as boolean) as is_this_release,
        cast('{{ var("model_version") }}' as string) as model_version,
        cast(macrotape_version as string) as macrotape_version,
        cast(duckdb_version as string) as duckdb_version,
        cast(dbt_version as string) as dbt_version,
        cast(dagster_version as string) as dagster_version
    from releases
    qualify is_published or landing_id = max(landing_id) over ()
)

select * from final
