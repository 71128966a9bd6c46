with

source as (
    select * from {{ source('raw', 'yahoo__bars') }}
    qualify {{ current_version(['symbol', 'observation_date']) }}
),

final as (
    select
        symbol,
        observation_date,
        open_usd,
        high_usd,
        low_usd,
        close_usd,
        volume,
        dividend_usd,
        knowledge_ts
    from source
)

select * from final
