-- depends_on: {{ ref('attribution_models') }}
-- Moments of each window beside the values of the day they are applied to: what ols_from_moments takes.
with

final as (
    select
        moments.*,
        rows_today.fund,
        rows_today.benchmark,
        rows_today.return_pct
        {%- for column in model_columns() %},
        rows_today.{{ column.column_name }}
        {%- endfor %}
    from {{ ref('int_window_moments') }} as moments
    inner join {{ ref('int_regression_rows') }} as rows_today
        on
            moments.entity = rows_today.entity
            and moments.session_date = rows_today.session_date
)

select * from final
