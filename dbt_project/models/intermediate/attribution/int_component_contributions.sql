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

-- as for the drivers: the parts of a driver add up to its rounded contribution
rounded_parts as (
    select
        *,
        {{ rounded_to_total('contribution_pct', 'rounded_driver_pct', ['model', 'fund', 'session_date', 'driver'], 'position') }} as rounded_contribution_pct
    from described
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
