with

contributions as (
    select * from {{ ref('int_component_contributions') }}
),

final as (
    select
        cast(contributions.fund as string) as fund,
        cast(contributions.session_date as date) as session_date,
        cast(contributions.model as string) as model,
        cast(contributions.column_name as string) as component,
        cast(contributions.driver as string) as driver,
        cast(contributions.position as integer) as position,
        cast(contributions.component_label as string) as component_label,
        cast(contributions.move as double) as move,
        cast(contributions.unexpected_move as double) as unexpected_move,
        cast(components.move_unit as string) as move_unit,
        cast(components.source_series as string) as source_series,
        cast(contributions.beta as double) as beta,
        cast(contributions.beta_se as double) as beta_se,
        cast(contributions.sequential_beta as double) as sequential_beta,
        cast(contributions.contribution_pct as double) as contribution_pct,
        cast(contributions.rounded_contribution_pct as double) as rounded_contribution_pct,
        cast(contributions.is_shown as boolean) as is_shown,
        cast(contributions.vif as double) as vif,
        cast(shocks.shock_z as double) as shock_z,
        cast(components.sessions_spanned as integer) as sessions_spanned,
        cast(components.missing_reason as string) as missing_reason
    from contributions
    inner join {{ ref('int_component_daily') }} as components
        on
            contributions.component = components.component
            and contributions.session_date = components.session_date
    left join {{ ref('int_component_shocks') }} as shocks
        on
            contributions.component = shocks.component
            and contributions.session_date = shocks.session_date
)

select * from final
