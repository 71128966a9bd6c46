{{ config(meta={'dagster': {'ref': {'name': 'fct_holdings_reconciliation_daily'}}}) }}
with

sectors as (
    select
        fund,
        session_date,
        sum(contribution_pct) as contribution_pct,
        sum(weight_start_pct) as weight_start_pct
    from {{ ref('fct_sector_contribution_daily') }}
    group by fund, session_date
),

final as (
    select
        days.fund,
        days.session_date,
        days.status
    from {{ ref('fct_holdings_reconciliation_daily') }} as days
    left join sectors
        on
            days.fund = sectors.fund
            and days.session_date = sectors.session_date
    where
        abs(days.nav_return_pct - days.holdings_return_pct - days.distribution_pct - days.fee_accrual_pct - days.residual_bp / 100) > 1e-9
        or abs(sectors.contribution_pct - days.holdings_return_pct) > 1e-9
        or abs(sectors.weight_start_pct - 100) > 1e-9
        or (sectors.fund is null and days.holdings_return_pct is not null)
)

select * from final
