-- Numbers published before this build, oldest first: statuses and revisions depend on them.
with

published as (
    select * from {{ ref('stg_macrotape__attributions') }}
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
        cast(row_number() over by_time as integer) as version,
        lead(release_id) over by_time is null as is_newest
    from published
    window by_time as (
        partition by fund, session_date, model, driver
        order by knowledge_ts, landing_id, release_id
    )
)

select * from final
