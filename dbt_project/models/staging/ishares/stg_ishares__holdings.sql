with

source as (
    select * from {{ source('raw', 'ishares__holdings') }}
    qualify {{ current_document(['fund', 'as_of_date']) }}
),

renamed as (
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
        knowledge_ts
    from source
)

select * from renamed
