with

source as (
    select * from {{ source('raw', 'ssga__nav') }}
    qualify {{ current_version(['fund', 'observation_date']) }}
),

final as (
    select
        fund,
        observation_date,
        nav_usd,
        shares_outstanding,
        knowledge_ts
    from source
)

select * from final
