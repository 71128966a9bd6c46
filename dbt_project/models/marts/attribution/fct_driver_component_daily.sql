with

regressions as (
    select * from {{ ref('int_driver_regressions') }}
    where not is_singular
),

final as (
    select
        cast(regressions.fund as string) as fund,
        cast(regressions.session_date as date) as session_date,
        cast(regressions.model as string) as model,
        cast(regressions.column_name as string) as component,
        cast(regressions.driver as string) as driver,
        cast(regressions.move as double) as move,
        cast(components.move_unit as string) as move_unit,
        cast(components.source_series as string) as source_series,
        cast(regressions.beta as double) as beta,
        cast(regressions.beta_se as double) as beta_se,
        cast(regressions.contribution as double) as contribution_pct,
        cast(regressions.vif as double) as vif,
        cast(shocks.shock_z as double) as shock_z,
        cast(components.sessions_spanned as integer) as sessions_spanned,
        cast(components.missing_reason as string) as missing_reason
    from regressions
    inner join {{ ref('int_component_daily') }} as components
        on
            regressions.component = components.component
            and regressions.session_date = components.session_date
    left join {{ ref('int_component_shocks') }} as shocks
        on
            regressions.component = shocks.component
            and regressions.session_date = shocks.session_date
)

select * from final
