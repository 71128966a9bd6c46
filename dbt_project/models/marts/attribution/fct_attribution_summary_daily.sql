with

days as (
    select * from {{ ref('int_attribution_days') }}
),

final as (
    select
        cast(days.fund as string) as fund,
        cast(days.session_date as date) as session_date,
        cast(days.model as string) as model,
        cast(days.return_pct as double) as return_pct,
        cast(days.close_return_pct as double) as close_return_pct,
        cast({{ carino_k('days.return_pct') }} as double) as linking_coefficient,
        cast(days.explained_pct as double) as explained_pct,
        cast(days.specific_pct as double) as specific_pct,
        cast(days.specific_z as double) as specific_z,
        cast(days.r_squared as double) as r_squared,
        cast(days.n_obs as integer) as n_obs,
        cast(days.condition_number as double) as condition_number,
        cast(days.max_vif as double) as max_vif,
        cast(days.leverage as double) as leverage,
        cast(days.is_extrapolation as boolean) as is_extrapolation,
        cast(days.is_collinear as boolean) as is_collinear,
        cast(days.constant_columns as string) as constant_columns,
        cast(days.day_class as string) as day_class,
        cast(days.is_specific_large as boolean) as is_specific_large,
        cast(days.lead_driver as string) as lead_driver,
        cast(days.trigger_driver as string) as trigger_driver,
        cast(days.trigger_z as double) as trigger_z,
        cast(days.status as string) as status,
        cast(days.drivers_missing as string) as drivers_missing,
        cast(days.unconfirmed as string) as unconfirmed,
        cast(days.evidence as string) as evidence,
        cast(days.fallbacks as string) as fallbacks,
        cast(days.is_accumulated as boolean) as is_accumulated,
        cast(headlines.headline as string) as headline,
        cast('{{ var("model_version") }}' as string) as model_version,
        cast(days.as_of_knowledge_ts as timestamp) as as_of_knowledge_ts
    from days
    inner join {{ ref('int_headlines') }} as headlines
        on
            days.fund = headlines.fund
            and days.session_date = headlines.session_date
            and days.model = headlines.model
)

select * from final
