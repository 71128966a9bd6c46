with

profiles as (
    select * from {{ ref('int_fund_profiles') }}
),

days as (
    select * from {{ ref('int_holdings_reconciliation') }}
),

-- against the file of the session before; NULL where that is not held
joined as (
    select
        profiles.*,
        days.n_added,
        days.n_dropped,
        days.fund_growth_pct,
        earlier.n_securities as earlier_n_securities,
        earlier.top_10_weight_pct as earlier_top_10_weight_pct,
        earlier.effective_n as earlier_effective_n,
        earlier.largest_sector as earlier_largest_sector,
        earlier.largest_sector_weight_pct as earlier_largest_sector_weight_pct
    from profiles
    left join days
        on
            profiles.fund = days.fund
            and profiles.as_of_date = days.session_date
            and days.n_lines is not null
    left join profiles as earlier
        on
            days.fund = earlier.fund
            and days.previous_as_of_date = earlier.as_of_date
),

final as (
    select
        cast(fund as string) as fund,
        cast(as_of_date as date) as as_of_date,
        cast(n_equity_holdings as integer) as n_equity_holdings,
        cast(n_securities as integer) as n_securities,
        cast(top_10_weight_pct as double) as top_10_weight_pct,
        cast(effective_n as double) as effective_n,
        cast(largest_sector as string) as largest_sector,
        cast(largest_sector_weight_pct as double) as largest_sector_weight_pct,
        cast(n_securities - earlier_n_securities as integer) as n_securities_change,
        cast(n_added as integer) as n_added,
        cast(n_dropped as integer) as n_dropped,
        cast(top_10_weight_pct - earlier_top_10_weight_pct as double) as top_10_weight_change_pct,
        cast(effective_n - earlier_effective_n as double) as effective_n_change,
        cast(
            case when largest_sector = earlier_largest_sector then largest_sector_weight_pct - earlier_largest_sector_weight_pct end as double
        ) as largest_sector_weight_change_pct,
        cast(fund_growth_pct as double) as fund_growth_pct
    from joined
)

select * from final
