-- depends_on: {{ ref('attribution_models') }}
-- noqa: disable=AM04
-- Which columns there are is data: a mean, variance and covariances for each column of the models.
-- Moments of each window beside the values of the day they are applied to: what ols_from_moments takes.
with

final as (
    select
        moments.*,
        rows_today.fund,
        rows_today.benchmark,
        {% for column in model_columns() %}
        rows_today.{{ column.column_name }},
        {% endfor %}
        rows_today.return_pct
    from {{ ref('int_window_moments') }} as moments
    inner join {{ ref('int_regression_rows') }} as rows_today
        on
            moments.entity = rows_today.entity
            and moments.session_date = rows_today.session_date
)

select * from final
