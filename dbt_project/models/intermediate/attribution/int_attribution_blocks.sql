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

-- largest remainder: round every part down, then hand the missing hundredths to the largest remainders
rounded_down as (
    select
        *,
        floor(contribution_pct * 100) as hundredths,
        contribution_pct * 100 - floor(contribution_pct * 100) as remainder
    from contributions
),

ranked as (
    select
        *,
        row_number() over (partition by model, fund, session_date order by abs(contribution_pct) desc, position asc) as rank,
        row_number() over (partition by model, fund, session_date order by remainder desc, position asc) as remainder_rank,
        round(rounded_return_pct * 100 - sum(hundredths) over by_day) as missing_hundredths
    from rounded_down
    window by_day as (partition by model, fund, session_date)
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
        rank,
        (hundredths + case when remainder_rank <= missing_hundredths then 1 else 0 end) / 100 as rounded_contribution_pct
    from ranked
)

select * from final
