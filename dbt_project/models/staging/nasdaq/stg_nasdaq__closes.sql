with

source as (
    select * from {{ source('raw', 'nasdaq__closes') }}
    qualify {{ current_version(['symbol', 'observation_date']) }}
),

final as (
    select
        symbol,
        observation_date,
        close_usd,
        knowledge_ts
    from source
)

select * from final
