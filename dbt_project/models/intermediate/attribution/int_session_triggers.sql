with

trigger_components as (
    select distinct component
    from {{ ref('driver_components') }}
    where in_trigger
),

driver_shocks as (
    select
        shocks.session_date,
        shocks.driver,
        max(shocks.shock_z) as shock_z
    from {{ ref('int_component_shocks') }} as shocks
    inner join trigger_components
        on shocks.component = trigger_components.component
    inner join {{ ref('drivers') }} as drivers
        on
            shocks.driver = drivers.driver
            and drivers.is_macro
    group by shocks.session_date, shocks.driver
),

final as (
    select
        session_date,
        driver as trigger_driver,
        shock_z as trigger_z
    from driver_shocks
    where shock_z >= {{ var('trigger_min_z') }}
    qualify row_number() over (partition by session_date order by shock_z desc, driver asc) = 1
)

select * from final
