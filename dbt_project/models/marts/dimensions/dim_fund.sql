with

funds as (
    select * from {{ ref('int_funds') }}
),

final as (
    select
        cast(fund as string) as fund,
        cast(name as string) as name,
        cast(portfolio_id as string) as portfolio_id,
        cast(inception_date as date) as inception_date,
        cast(asset_class as string) as asset_class,
        cast(benchmark_fund as string) as benchmark_fund,
        cast(is_attributed as boolean) as is_attributed,
        cast(is_broad_market as boolean) as is_broad_market,
        cast(default_model as string) as default_model,
        cast(has_holdings as boolean) as has_holdings,
        cast(market_symbol as string) as market_symbol,
        cast(expense_ratio_pct as double) as expense_ratio_pct,
        cast(is_retired as boolean) as is_retired
    from funds
)

select * from final
