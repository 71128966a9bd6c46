{{ config(materialized='incremental', unique_key='fund, as_of_date', on_schema_change='sync_all_columns') }}
with

securities as (
    select * from {{ ref('int_holdings_identified') }}
    where not is_cash_or_derivative and landing_id > {{ last_processed_landing_id() }}
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
        {{ exact_sum('weight_pct') }} as sector_weight_pct
    from securities
    where sector is not null
    group by fund, as_of_date, sector
),

largest_sectors as (
    select * from sectors
    qualify row_number() over (partition by fund, as_of_date order by sector_weight_pct desc, sector asc) = 1
),

profiles as (
    select
        fund,
        as_of_date,
        count(*) as n_securities,
        sum(case when asset_class <> 'Fixed Income' then 1 else 0 end) as n_equity_holdings,
        {{ exact_sum('case when size_rank <= 10 then weight_pct end') }} as top_10_weight_pct,
        power({{ exact_sum('weight_pct') }}, 2) / nullif({{ exact_sum('weight_pct * weight_pct') }}, 0) as effective_n,
        max(landing_id) as landing_id
    from ranked
    group by fund, as_of_date
),

final as (
    select
        profiles.fund,
        profiles.as_of_date,
        profiles.n_equity_holdings,
        profiles.n_securities,
        profiles.top_10_weight_pct,
        profiles.effective_n,
        largest_sectors.sector as largest_sector,
        largest_sectors.sector_weight_pct as largest_sector_weight_pct,
        profiles.landing_id,
        '{{ holdings_code_hash() }}' as code_hash
    from profiles
    left join largest_sectors
        on
            profiles.fund = largest_sectors.fund
            and profiles.as_of_date = largest_sectors.as_of_date
)

select * from final
