with

newest as (
    select * from {{ ref('stg_ishares__holdings_landings') }}
    qualify {{ current_document(['fund', 'as_of_date']) }}
),

source as (
    select source.*
    from {{ source('raw', 'ishares__holdings') }} as source
    inner join newest
        on
            source.fund = newest.fund
            and source.as_of_date = newest.as_of_date
            and source.landing_id = newest.landing_id
            and source.knowledge_ts = newest.knowledge_ts
),

final as (
    select
        ---------- keys
        fund,
        as_of_date,
        line_number,
        ---------- what it is
        ticker,
        name,
        sector,
        asset_class,
        cusip,
        isin,
        sedol,
        location,
        exchange,
        currency,
        market_currency,
        ---------- measures
        market_value_usd,
        weight_pct as printed_weight_pct,
        notional_value_usd,
        quantity,
        price,
        fx_rate,
        coupon_pct,
        maturity_date,
        duration_years,
        fund_shares_outstanding,
        ---------- provenance
        knowledge_ts,
        landing_id
    from source
)

select * from final
