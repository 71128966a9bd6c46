with

blocks as (
    select * from {{ ref('int_attribution_blocks') }}
),

final as (
    select
        cast(blocks.fund as string) as fund,
        cast(blocks.session_date as date) as session_date,
        cast(blocks.model as string) as model,
        cast(blocks.driver as string) as driver,
        cast(blocks.contribution_pct as double) as contribution_pct,
        cast(blocks.contribution_se_pct as double) as contribution_se_pct,
        cast(hac.contribution_se_hac_pct as double) as contribution_se_hac_pct,
        cast(blocks.t_stat as double) as t_stat,
        cast(ranges.order_min_pct as double) as order_min_pct,
        cast(ranges.order_max_pct as double) as order_max_pct,
        cast(ranges.order_mean_pct as double) as order_mean_pct,
        cast(coalesce(blocks.driver = days.lead_driver, false) as boolean) as is_lead,
        cast(blocks.rank as integer) as rank,
        cast(blocks.rounded_contribution_pct as double) as rounded_contribution_pct
    from blocks
    inner join {{ ref('int_attribution_days') }} as days
        on
            blocks.fund = days.fund
            and blocks.session_date = days.session_date
            and blocks.model = days.model
    left join {{ ref('int_order_ranges') }} as ranges
        on
            blocks.fund = ranges.fund
            and blocks.session_date = ranges.session_date
            and blocks.model = ranges.model
            and blocks.driver = ranges.driver
    left join {{ ref('int_contribution_hac') }} as hac
        on
            blocks.fund = hac.fund
            and blocks.session_date = hac.session_date
            and blocks.model = hac.model
            and blocks.driver = hac.driver
)

select * from final
