-- Driver contributions with what reading them needs: shares, ranks and parts that re-add after rounding.
with

contributions as (
    select
        contributions.*,
        drivers.position,
        contributions.contribution_pct / nullif(contributions.contribution_se_pct, 0) as t_stat,
        abs(contributions.contribution_pct)
        / nullif(sum(abs(contributions.contribution_pct)) over by_day, 0) as share,
        {{ rounded('sum(contributions.contribution_pct) over by_day', 2) }} as rounded_return_pct
    from {{ ref('int_driver_contributions') }} as contributions
    inner join {{ ref('drivers') }} as drivers
        on contributions.driver = drivers.driver
    window by_day as (partition by contributions.model, contributions.fund, contributions.session_date)
),

final as (
    select
        model,
        fund,
        session_date,
        driver,
        position,
        contribution_pct,
        contribution_se_pct,
        t_stat,
        share,
        row_number() over (partition by model, fund, session_date order by abs(contribution_pct) desc, position asc) as rank,
        {{ rounded_to_total('contribution_pct', 'rounded_return_pct', ['model', 'fund', 'session_date'], 'position') }} as rounded_contribution_pct
    from contributions
)

select * from final
