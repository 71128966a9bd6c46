-- depends_on: {{ ref('attribution_models') }}
with

final as (
    select
        returns.entity,
        returns.fund,
        returns.benchmark,
        returns.session_date,
        returns.return_pct,
        {% for column in model_columns() %}
        drivers.{{ column.column_name }},
        {% endfor %}
        returns.is_eligible and drivers.is_estimable as is_eligible
    from {{ ref('int_regression_returns') }} as returns
    inner join {{ ref('int_driver_matrix') }} as drivers
        on returns.session_date = drivers.session_date
)

select * from final
