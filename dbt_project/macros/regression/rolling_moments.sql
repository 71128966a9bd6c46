{#
    Means, variances and covariances of `columns` and `y` over the last `window` eligible rows
    strictly before each row: everything an ordinary least squares fit needs.

    relation   rows of (entity, time, y, columns..., eligible), one per entity and time
    y          none where only the moments of the columns are wanted
    eligible   boolean column: may this row enter a window? Where true, y and all columns are not null.

    Renders a query with one row per (entity, time): entity, time, n_obs, window_start, window_end,
    mean_<c>, var_<c>, covariance_name(a, b) for each pair, and the same for y as mean_y, var_y, cov_<c>__y.

    The window functions are the Welford kind, which survive badly scaled data where raw sums of
    squares do not; a row is never in its own window.
#}
{% macro rolling_moments(relation, entity, time, y, columns, eligible, window) %}
    {%- if columns | length == 0 and execute -%}
        {{ exceptions.raise_compiler_error("rolling_moments: columns is empty") }}
    {%- endif -%}
    {{ adapter.dispatch('rolling_moments', 'macrotape')(relation, entity, time, y, columns, eligible, window) }}
{% endmacro %}

{% macro default__rolling_moments(relation, entity, time, y, columns, eligible, window) %}
with
observed as (
    select
        {{ entity }},
        {{ time }},
        {%- if y %}
        {{ y }} as y,
        {%- endif %}
        {%- for c in columns %}
        {{ c }},
        {%- endfor %}
        {{ eligible }} as is_in_windows,
        max(case when {{ eligible }} then {{ time }} end) over (
            partition by {{ entity }} order by {{ time }} rows between unbounded preceding and 1 preceding
        ) as window_end
    from {{ relation }}
),

windows as (
    select
        {{ entity }},
        {{ time }} as window_end,
        count(*) over in_window as n_obs,
        first_value({{ time }}) over in_window as window_start
        {%- if y %},
        avg(y) over in_window as mean_y,
        var_pop(y) over in_window as var_y
        {%- endif %}
        {%- for c in columns %},
        avg({{ c }}) over in_window as mean_{{ c }},
        var_pop({{ c }}) over in_window as var_{{ c }}
            {%- if y %},
        covar_pop({{ c }}, y) over in_window as cov_{{ c }}__y
            {%- endif %}
            {%- for d in columns[loop.index:] %},
        covar_pop({{ c }}, {{ d }}) over in_window as {{ covariance_name(c, d) }}
            {%- endfor %}
        {%- endfor %}
    from observed
    where is_in_windows
    window in_window as (
        partition by {{ entity }} order by {{ time }} rows between {{ window - 1 }} preceding and current row
    )
)

select
    observed.{{ entity }},
    observed.{{ time }},
    coalesce(windows.n_obs, 0) as n_obs,
    windows.window_start,
    observed.window_end
    {%- if y %},
    windows.mean_y,
    windows.var_y
    {%- endif %}
    {%- for c in columns %},
    windows.mean_{{ c }},
    windows.var_{{ c }}
        {%- if y %},
    windows.cov_{{ c }}__y
        {%- endif %}
        {%- for d in columns[loop.index:] %},
    windows.{{ covariance_name(c, d) }}
        {%- endfor %}
    {%- endfor %}
from observed
left join windows
    on
        observed.{{ entity }} = windows.{{ entity }}
        and observed.window_end = windows.window_end
{% endmacro %}

{# What rolling_moments calls the covariance of two columns, whichever is named first. #}
{% macro covariance_name(a, b) -%}
    cov_{{ [a, b] | sort | join('__') }}
{%- endmacro %}
