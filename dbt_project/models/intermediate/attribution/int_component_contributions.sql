-- Contributions of the components with the two numbers that multiply to them, and parts that re-add after rounding.
with

regressions as (
    select * from {{ ref('int_driver_regressions') }}
    where not is_singular
),

labels as (
    select distinct
        component,
        label,
        unit
    from {{ ref('driver_components') }}
),

described as (
    select
        regressions.model,
        regressions.fund,
        regressions.session_date,
        regressions.position,
        regressions.column_name,
        regressions.component,
        regressions.branch,
        regressions.driver,
        case regressions.branch
            when 'news' then concat(labels.label, ', rate news')
            when 'growth' then concat(labels.label, ', growth news')
            else labels.label
        end as component_label,
        labels.unit,
        regressions.move,
        -- without a beta there is nothing to multiply a move with
        case when regressions.sequential_beta is not null then regressions.unexpected_move end as unexpected_move,
        regressions.sequential_beta,
        regressions.beta,
        regressions.beta_se,
        regressions.vif,
        regressions.contribution as contribution_pct,
        blocks.rounded_contribution_pct as rounded_driver_pct
    from regressions
    inner join labels
        on regressions.component = labels.component
    inner join {{ ref('int_attribution_blocks') }} as blocks
        on
            regressions.model = blocks.model
            and regressions.fund = blocks.fund
            and regressions.session_date = blocks.session_date
            and regressions.driver = blocks.driver
),

-- largest remainder, as for the drivers: the parts of a driver add up to its rounded contribution
rounded_down as (
    select
        *,
        floor(contribution_pct * 100) as hundredths,
        round(rounded_driver_pct * 100 - sum(floor(contribution_pct * 100)) over by_driver) as missing_hundredths,
        row_number() over (
            partition by model, fund, session_date, driver
            order by contribution_pct * 100 - floor(contribution_pct * 100) desc, position asc
        ) as remainder_rank
    from described
    window by_driver as (partition by model, fund, session_date, driver)
),

rounded_parts as (
    select
        *,
        (hundredths + case when remainder_rank <= missing_hundredths then 1 else 0 end) / 100 as rounded_contribution_pct
    from rounded_down
),

final as (
    select
        model,
        fund,
        session_date,
        position,
        column_name,
        component,
        branch,
        driver,
        component_label,
        unit,
        move,
        unexpected_move,
        sequential_beta,
        beta,
        beta_se,
        vif,
        contribution_pct,
        rounded_contribution_pct,
        -- a yield branch the day does not belong to is left out unless it has a part in the contribution
        move is not null and (branch = 'all' or move <> 0 or rounded_contribution_pct <> 0) as is_shown
    from rounded_parts
)

select * from final
