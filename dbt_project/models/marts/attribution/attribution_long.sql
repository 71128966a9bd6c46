with

-- each fund and session once, of the fund's default model
days as (
    select * from {{ ref('attribution') }}
),

contributions as (
    select * from {{ ref('fct_driver_attribution_daily') }}
),

drivers as (
    select * from {{ ref('dim_driver') }}
),

final as (
    select
        contributions.fund,
        contributions.session_date,
        contributions.model,
        contributions.driver,
        drivers.label as driver_label,
        contributions.contribution_pct,
        contributions.contribution_se_pct,
        contributions.t_stat,
        contributions.order_min_pct,
        contributions.order_max_pct,
        contributions.rank,
        contributions.is_lead,
        days.day_class,
        days.status
    from contributions
    inner join days
        on
            contributions.fund = days.fund
            and contributions.session_date = days.session_date
            and contributions.model = days.model
    inner join drivers on contributions.driver = drivers.driver
)

select * from final
