with

source as (
    select * from {{ source('raw', 'macrotape__attributions') }}
    qualify {{ current_version(['fund', 'session_date', 'model', 'driver', 'release_id']) }}
),

final as (
    select
        fund,
        session_date,
        model,
        driver,
        release_id,
        contribution_pct,
        status,
        model_version,
        as_of_knowledge_ts,
        knowledge_ts,
        landing_id
    from source
)

select * from final
