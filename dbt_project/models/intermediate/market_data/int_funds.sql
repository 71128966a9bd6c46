{{ config(materialized='view') }}
with

funds as (
    select
        fund,
        name,
        portfolio_id,
        inception_date,
        asset_class,
        benchmark_fund,
        is_attributed,
        is_broad_market,
        default_model,
        has_holdings,
        market_symbol,
        expense_ratio_pct,
        false as is_retired
    from {{ ref('funds') }}
),

-- a fund whose row was removed from the registry keeps its history
known as (
    select fund from {{ ref('stg_macrotape__attributions') }}
    union
    select fund from {{ ref('stg_ishares__nav') }}
    union
    select fund from {{ ref('stg_ishares__holdings_landings') }}
),

retired as (
    select
        known.fund,
        known.fund as name,
        cast(null as string) as portfolio_id,
        cast(null as date) as inception_date,
        cast(null as string) as asset_class,
        cast(null as string) as benchmark_fund,
        false as is_attributed,
        false as is_broad_market,
        cast(null as string) as default_model,
        false as has_holdings,
        cast(null as string) as market_symbol,
        cast(null as double) as expense_ratio_pct,
        true as is_retired
    from known
    left join funds
        on known.fund = funds.fund
    where funds.fund is null
),

final as (
    select * from funds
    union all
    select * from retired
)

select * from final
