with

labels as (
    select distinct
        scenario,
        position,
        label,
        driver
    from {{ ref('scenarios') }}
),

final as (
    select
        cast(fits.fund as string) as fund,
        cast(fits.session_date as date) as session_date,
        cast(fits.scenario as string) as scenario,
        cast(fits.scenario_view as string) as view,
        cast(labels.label as string) as shock,
        cast(labels.driver as string) as driver,
        cast(labels.position as integer) as position,
        cast(fits.impact_pct as double) as impact_pct,
        cast(fits.impact_se_pct as double) as impact_se_pct
    from {{ ref('int_scenario_fits') }} as fits
    inner join labels
        on fits.scenario = labels.scenario
)

select * from final
