with

source as (
    select * from {{ source('raw', 'treasury__par_yields') }}
    qualify {{ current_version(['observation_date', 'tenor']) }}
),

final as (
    select
        observation_date,
        tenor,
        yield_pct,
        knowledge_ts
    from source
)

select * from final
