with

source as (
    select * from {{ source('raw', 'ssga__distributions') }}
    qualify {{ current_version(['fund', 'ex_date']) }}
),

final as (
    select
        fund,
        ex_date,
        dividend_usd + short_term_gain_usd + long_term_gain_usd as distribution_usd,
        knowledge_ts
    from source
)

select * from final
