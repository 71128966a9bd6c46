with

securities as (
    select * from {{ ref('int_holdings_identified') }}
    where not is_cash_or_derivative
),

ranked as (
    select
        *,
        row_number() over (partition by fund, as_of_date order by weight_pct desc nulls last, holding_id asc) as size_rank
    from securities
),

sectors as (
    select
        fund,
        as_of_date,
        sector,
        sum(weight_pct) as sector_weight_pct
    from securities
    group by fund, as_of_date, sector
),

largest_sectors as (
    select * from sectors
    where sector is not null
    qualify row_number() over (partition by fund, as_of_date order by sector_weight_pct desc, sector asc) = 1
),

profiles as (
    select
        fund,
        as_of_date,
        count(*) as n_securities,
        sum(case when asset_class <> 'Fixed Income' then 1 else 0 end) as n_equity_holdings,
        sum(case when size_rank <= 10 then weight_pct end) as top_10_weight_pct,
        power(sum(weight_pct), 2) / nullif(sum(weight_pct * weight_pct), 0) as effective_n
    from ranked
    group by fund, as_of_date
),

final as (
    select
        cast(profiles.fund as varchar) as fund,
        cast(profiles.as_of_date as date) as as_of_date,
        cast(profiles.n_equity_holdings as integer) as n_equity_holdings,
        cast(profiles.n_securities as integer) as n_securities,
        cast(profiles.top_10_weight_pct as double) as top_10_weight_pct,
        cast(profiles.effective_n as double) as effective_n,
        cast(largest_sectors.sector as varchar) as largest_sector,
        cast(largest_sectors.sector_weight_pct as double) as largest_sector_weight_pct
    from profiles
    left join largest_sectors
        on
            profiles.fund = largest_sectors.fund
            and profiles.as_of_date = largest_sectors.as_of_date
)

select * from final
