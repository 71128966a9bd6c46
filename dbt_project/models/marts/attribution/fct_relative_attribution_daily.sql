with

-- least squares is linear in what it explains: regressing the active return gives, block by block, the
-- fund's contribution less the benchmark's, and with its own residual the right standard error
regressions as (
    select * from {{ ref('int_regression_estimates') }}
    where benchmark is not null and not is_singular
),

active_returns as (
    select * from {{ ref('int_regression_returns') }}
    where benchmark is not null
),

of_drivers as (
    select
        fund,
        benchmark,
        session_date,
        model,
        driver,
        sum(contribution) as contribution_pct,
        max(driver_contribution_se) as contribution_se_pct
    from regressions
    group by fund, benchmark, session_date, model, driver
),

of_the_fund as (
    select
        fund,
        benchmark,
        session_date,
        model,
        'specific' as driver,
        specific as contribution_pct,
        specific_se as contribution_se_pct
    from regressions
    where position = 1
),

contributions as (
    select * from of_drivers
    union all
    select * from of_the_fund
),

final as (
    select
        cast(contributions.fund as string) as fund,
        cast(contributions.benchmark as string) as benchmark,
        cast(contributions.session_date as date) as session_date,
        cast(contributions.model as string) as model,
        cast(contributions.driver as string) as driver,
        cast(contributions.contribution_pct as double) as contribution_pct,
        cast(contributions.contribution_se_pct as double) as contribution_se_pct,
        cast(active_returns.return_pct as double) as active_return_pct
    from contributions
    inner join active_returns
        on
            contributions.fund = active_returns.fund
            and contributions.benchmark = active_returns.benchmark
            and contributions.session_date = active_returns.session_date
)

select * from final
