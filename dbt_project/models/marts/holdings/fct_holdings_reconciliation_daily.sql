with

days as (
    select * from {{ ref('int_holdings_reconciliation') }}
),

final as (
    select
        cast(fund as string) as fund,
        cast(session_date as date) as session_date,
        cast(nav_return_pct as double) as nav_return_pct,
        cast(holdings_return_pct as double) as holdings_return_pct,
        cast(distribution_pct as double) as distribution_pct,
        cast(fee_accrual_pct as double) as fee_accrual_pct,
        cast(residual_bp as double) as residual_bp,
        cast(coverage_pct as double) as coverage_pct,
        cast(status as string) as status,
        cast(reason as string) as reason,
        cast(previous_as_of_date as date) as previous_as_of_date,
        cast(is_reconstitution_day as boolean) as is_reconstitution_day,
        cast(unmatched_weight_pct as double) as unmatched_weight_pct,
        cast(dropped_weight_pct as double) as dropped_weight_pct,
        cast(added_weight_pct as double) as added_weight_pct,
        cast(fund_growth_pct as double) as fund_growth_pct,
        cast(n_lines as integer) as n_lines,
        cast(n_added as integer) as n_added,
        cast(n_dropped as integer) as n_dropped,
        cast(n_renamed as integer) as n_renamed,
        cast(n_splits as integer) as n_splits,
        cast(n_extreme as integer) as n_extreme
    from days
)

select * from final
