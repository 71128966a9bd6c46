with

own_model as (
    select days.*
    from {{ ref('fct_attribution_summary_daily') }} as days
    inner join {{ ref('dim_fund') }} as funds
        on
            days.fund = funds.fund
            and days.model = funds.default_model
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
        own_model.day_class,
        own_model.status
    from contributions
    inner join own_model
        on
            contributions.fund = own_model.fund
            and contributions.session_date = own_model.session_date
            and contributions.model = own_model.model
    inner join drivers on contributions.driver = drivers.driver
)

select * from final
