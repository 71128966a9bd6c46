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
        cast(fits.fund as varchar) as fund,
        cast(fits.session_date as date) as session_date,
        cast(fits.scenario as varchar) as scenario,
        cast(fits.scenario_view as varchar) as view,
        cast(labels.label as varchar) as shock,
        cast(labels.driver as varchar) as driver,
        cast(labels.position as integer) as position,
        cast(fits.impact_pct as double) as impact_pct,
        cast(fits.impact_se_pct as double) as impact_se_pct
    from {{ ref('int_scenario_fits') }} as fits
    inner join labels
        on fits.scenario = labels.scenario
)

select * from final
