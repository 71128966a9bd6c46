{{ config(materialized='view') }}
with

holdings as (
    select * from {{ ref('int_holdings_identified') }}
),

final as (
    select
        cast(fund as string) as fund,
        cast(as_of_date as date) as as_of_date,
        cast(holding_id as string) as holding_id,
        cast(ticker as string) as ticker,
        cast(name as string) as name,
        cast(sector as string) as sector,
        cast(asset_class as string) as asset_class,
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
