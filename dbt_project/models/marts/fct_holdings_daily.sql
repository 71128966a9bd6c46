{{ config(materialized='view') }}
with

holdings as (
    select * from {{ ref('int_holdings_identified') }}
),

final as (
    select
        cast(fund as varchar) as fund,
        cast(as_of_date as date) as as_of_date,
        cast(holding_id as varchar) as holding_id,
        cast(ticker as varchar) as ticker,
        cast(name as varchar) as name,
        cast(sector as varchar) as sector,
        cast(asset_class as varchar) as asset_class,
        cast(market_value_usd as double) as market_value_usd,
        cast(weight_pct as double) as weight_pct,
        cast(printed_weight_pct as double) as printed_weight_pct,
        cast(quantity as double) as quantity,
        cast(price as double) as price,
        cast(notional_value_usd as double) as notional_value_usd,
        cast(is_cash_or_derivative as boolean) as is_cash_or_derivative
    from holdings
)

select * from final
