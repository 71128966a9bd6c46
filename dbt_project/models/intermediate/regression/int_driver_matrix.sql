-- depends_on: {{ ref('attribution_models') }}
{% set components = model_components() %}
{% set columns = model_columns() %}
with

wide as (
    select
        session_date,
        {% for component in components %}
        max(case when component = '{{ component }}' then move end) as {{ component }},
        {% endfor %}
        min(case when is_estimable then 1 else 0 end) = 1 as is_estimable
    from {{ ref('int_component_daily') }}
    where component in ('{{ components | join("', '") }}')
    group by session_date
),

final as (
    select
        session_date,
        {% for column in columns %}
        {{ branch_value(column.component, column.branch) }} as {{ column.column_name }},
        {% endfor %}
        is_estimable
    from wide
)

select * from final
