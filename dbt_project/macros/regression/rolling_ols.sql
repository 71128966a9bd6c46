{#
    Rolling ordinary least squares, out of sample: fits y on the columns of `blocks` over the last
    `window` eligible rows strictly before each row, and attributes that row's y to the blocks in order.

    One call for a relation from outside this project; the models of this project take its two halves,
    rolling_moments and ols_from_moments, apart, because several regressions share one set of moments.

    relation   rows of (entity, time, y, columns..., eligible), one per entity and time
    blocks     [{name, columns}], the order in which shared variance is handed out
    with_condition_number  see ols_from_moments
    Renders a query: the columns of ols_from_moments with keys (entity, time); no row where the window
    holds fewer than min_obs.
#}
{% macro rolling_ols(relation, entity, time, y, blocks, eligible, window=252, min_obs=180, with_condition_number=true) %}
    {%- set columns = [] -%}
    {%- for block in blocks -%}
        {%- do columns.extend(block.columns) -%}
    {%- endfor %}
with
window_moments as (
    {{ rolling_moments(relation, entity, time, y, columns, eligible, window) }}
),

regression_input as (
    select
        window_moments.*,
        today.{{ y }}
        {%- for c in columns %},
        today.{{ c }}
        {%- endfor %}
    from window_moments
    inner join {{ relation }} as today
        on
            window_moments.{{ entity }} = today.{{ entity }}
            and window_moments.{{ time }} = today.{{ time }}
)

select * from (
    {{ ols_from_moments('regression_input', [entity, time], y, blocks, min_obs, with_condition_number=with_condition_number) }}
) as attributed
{% endmacro %}
