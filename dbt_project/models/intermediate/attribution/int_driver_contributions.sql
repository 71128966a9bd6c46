with

regressions as (
    select * from {{ ref('int_driver_regressions') }}
    where not is_singular
),

of_drivers as (
    select
        model,
        fund,
        session_date,
        driver,
        sum(contribution) as contribution_pct,
        max(driver_contribution_se) as contribution_se_pct
    from regressions
    group by model, fund, session_date, driver
),

of_the_fund as (
    select
        model,
        fund,
        session_date,
        'specific' as driver,
        specific as contribution_pct,
        specific_se as contribution_se_pct
    from regressions
    where position = 1
),

final as (
    select * from of_drivers
    union all
    select * from of_the_fund
)

select * from final
