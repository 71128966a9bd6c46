-- depends_on: {{ ref('drivers') }}
{% set drivers = registry('drivers', ['driver'], 'position') | map(attribute='driver') | list %}

with

own_model as (
    select days.*
    from {{ ref('fct_attribution_summary_daily') }} as days
    inner join {{ ref('dim_fund') }} as funds
        on
            days.fund = funds.fund
            and days.model = funds.default_model
),

contributions as (
    select
        {% for driver in drivers -%}
        max(case when driver = '{{ driver }}' then contribution_pct end) as {{ driver }}_pct,
        {% endfor -%}
        fund,
        session_date,
        model
    from {{ ref('fct_driver_attribution_daily') }}
    group by fund, session_date, model
),

final as (
    select
        own_model.fund,
        own_model.session_date,
        own_model.model,
        own_model.return_pct,
        {% for driver in drivers -%}
        contributions.{{ driver }}_pct,
        {% endfor -%}
        own_model.explained_pct,
        own_model.specific_z,
        own_model.r_squared,
        own_model.day_class,
        own_model.lead_driver,
        own_model.trigger_driver,
        own_model.status,
        own_model.drivers_missing,
        own_model.headline
    from own_model
    left join contributions
        on
            own_model.fund = contributions.fund
            and own_model.session_date = contributions.session_date
            and own_model.model = contributions.model
)

select * from final
