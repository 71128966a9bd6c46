{{ config(meta={'dagster': {'ref': {'name': 'driver_components'}}}) }}
select
    components.series as unknown_name,
    'driver_components.csv names a series that is neither in series.csv nor nav:<fund>' as problem
from {{ ref('driver_components') }} as components
left join {{ ref('series') }} as series
    on components.series = series.series
left join {{ ref('funds') }} as funds
    on components.series = 'nav:' || funds.fund
where series.series is null and funds.fund is null
union all
select
    models.component as unknown_name,
    'attribution_models.csv names a component that driver_components.csv does not define' as problem
from {{ ref('attribution_models') }} as models
left join {{ ref('driver_components') }} as components
    on models.component = components.component
where components.component is null
union all
select
    coalesce(funds.default_model, funds.fund) as unknown_name,
    'funds.csv attributes a fund by a default_model that attribution_models.csv does not define' as problem
from {{ ref('funds') }} as funds
left join {{ ref('attribution_models') }} as models
    on funds.default_model = models.model
where funds.is_attributed and models.model is null
