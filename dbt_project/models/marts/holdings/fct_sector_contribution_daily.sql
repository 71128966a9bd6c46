with

sectors as (
    select * from {{ ref('int_sector_contributions') }}
),

days as (
    select * from {{ ref('int_holdings_reconciliation') }}
),

final as (
    select
        cast(sectors.fund as string) as fund,
        cast(sectors.session_date as date) as session_date,
        cast(sectors.sector as string) as sector,
        cast(sectors.weight_start_pct as double) as weight_start_pct,
        cast(
            case when abs(sectors.weight_start_pct) >= {{ var('sector_min_weight_pct') }} then sectors.contribution_pct * 100 / sectors.weight_start_pct end as double
        ) as return_pct,
        cast(sectors.contribution_pct as double) as contribution_pct,
        cast(sectors.contribution_pct - sectors.weight_start_pct * days.holdings_return_pct / 100 as double) as excess_contribution_pct,
        cast(sectors.n_lines as integer) as n_lines,
        cast(days.status as string) as reconciliation_status
    from sectors
    inner join days
        on
            sectors.fund = days.fund
            and sectors.session_date = days.session_date
)

select * from final
