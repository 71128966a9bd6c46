{{ config(meta={'dagster': {'ref': {'name': 'fct_driver_component_daily'}}}) }}
with

components as (
    select
        fund,
        session_date,
        model,
        driver,
        sum(contribution_pct) as total_pct
    from {{ ref('fct_driver_component_daily') }}
    group by fund, session_date, model, driver
),

final as (
    select
        components.*,
        drivers.contribution_pct
    from components
    inner join {{ ref('fct_driver_attribution_daily') }} as drivers
        on
            components.fund = drivers.fund
            and components.session_date = drivers.session_date
            and components.model = drivers.model
            and components.driver = drivers.driver
    where abs(components.total_pct - drivers.contribution_pct) > 1e-9
)

select * from final
