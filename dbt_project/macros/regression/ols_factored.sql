{#
    The half of ols_from_moments that knows no y: centred, scaled cross products q = LLᵀ of the columns, the inverse
    w of L, and today's values forward through it (u, and v for the values less their means). Renders CTEs, the last
    of which is `factored`, one row per row of `relation` with at least min_obs.

    Columns are numbered in order. Of each i: today_i, sd_i (NULL where constant in the window), scaled_i, u_i,
    w_i_k, inflation_i; g_i_k, which is w_i_k for a column k in its own units, and NULL where q cannot be factored; spread_i, with which
    the residual sd makes a coefficient's standard error; and n_obs, n_columns, leverage, is_factorable, condition_number where asked for.
    y   none, or the name of y in `relation`: then y_today, var_y and cov_i_y are carried along
#}
{% macro _ols_factored(relation, keys, columns, min_obs, y, with_condition_number) %}
    {%- set p = columns | length -%}
    {%- set carried = [] -%}
    {%- if y -%}
        {%- do carried.extend(['y_today', 'var_y']) -%}
        {%- for c in columns -%}{%- do carried.append('cov_' ~ loop.index ~ '_y') -%}{%- endfor -%}
    {%- endif %}
scaled as (
    select
        {{ keys | join(', ') }},
        n_obs
        {%- if y %},
        {{ y }} as y_today,
        var_y
            {%- for c in columns %},
        cov_{{ c }}__y as cov_{{ loop.index }}_y
            {%- endfor %}
        {%- endif %}
        {%- for c in columns %},
        {{ c }} as today_{{ loop.index }},
        case when var_{{ c }} > 1e-16 * mean_{{ c }} * mean_{{ c }} then sqrt(var_{{ c }}) end as sd_{{ loop.index }},
        mean_{{ c }} as mean_{{ loop.index }}
            {%- set i = loop.index %}
            {%- for d in columns[i:] %},
        {{ covariance_name(c, d) }} as cov_{{ i + loop.index }}_{{ i }}
            {%- endfor %}
        {%- endfor %}
    from {{ relation }}
    where n_obs >= {{ min_obs }}
),

-- scaled[i] is today's value in units of the column's norm in the window, centred[i] the same less its mean;
-- a constant column has no sd: its correlations become 0 and it drops out of everything below
correlated as (
    select
        {{ (keys + carried) | join(', ') }},
        n_obs,
        {% for i in range(1, p + 1) %}case when sd_{{ i }} is null then 0 else 1 end{{ ' + ' if not loop.last }}{% endfor %} as n_columns
        {%- for i in range(1, p + 1) %},
        today_{{ i }},
        sd_{{ i }},
        today_{{ i }} / (sqrt(n_obs) * sd_{{ i }}) as scaled_{{ i }},
        (today_{{ i }} - mean_{{ i }}) / (sqrt(n_obs) * sd_{{ i }}) as centred_{{ i }}
            {%- for k in range(1, i) %},
        coalesce(cov_{{ i }}_{{ k }} / (sd_{{ i }} * sd_{{ k }}), 0) as q_{{ i }}_{{ k }}
            {%- endfor %}
        {%- endfor %}
    from scaled
),
{% for j in range(1, p + 1) %}
pivot_{{ j }} as (
    select
        *,
        case
            when {{ _one_minus_squares('l_' ~ j ~ '_', j - 1) }} >= 1e-6
                then sqrt({{ _one_minus_squares('l_' ~ j ~ '_', j - 1) }})
        end as root_{{ j }}
    from {{ 'correlated' if j == 1 else 'column_' ~ (j - 1) }}
),

column_{{ j }} as (
    select
        *,
        coalesce((scaled_{{ j }}{% for k in range(1, j) %} - l_{{ j }}_{{ k }} * u_{{ k }}{% endfor %}) / root_{{ j }}, 0) as u_{{ j }},
        coalesce((centred_{{ j }}{% for k in range(1, j) %} - l_{{ j }}_{{ k }} * v_{{ k }}{% endfor %}) / root_{{ j }}, 0) as v_{{ j }},
        {%- for i in range(j + 1, p + 1) %}
        (q_{{ i }}_{{ j }}{% for k in range(1, j) %} - l_{{ i }}_{{ k }} * l_{{ j }}_{{ k }}{% endfor %}) / root_{{ j }} as l_{{ i }}_{{ j }},
        {%- endfor %}
        {%- for k in range(1, j) %}
        -({% for m in range(k, j) %}{{ ' + ' if not loop.first }}l_{{ j }}_{{ m }} * w_{{ m }}_{{ k }}{% endfor %}) / root_{{ j }} as w_{{ j }}_{{ k }},
        {%- endfor %}
        1 / root_{{ j }} as w_{{ j }}_{{ j }}
    from pivot_{{ j }}
),
{% endfor %}
inverted as (
    select
        *,
        {% for i in range(1, p + 1) %}root_{{ i }} is not null{{ ' and ' if not loop.last }}{% endfor %} as is_factorable,
        1e0 / n_obs{% for i in range(1, p + 1) %} + v_{{ i }} * v_{{ i }}{% endfor %} as leverage
        {%- for k in range(1, p + 1) %},
        {% for j in range(k, p + 1) %}w_{{ j }}_{{ k }} * w_{{ j }}_{{ k }}{{ ' + ' if not loop.last }}{% endfor %} as inflation_{{ k }}
        {%- endfor %}
    from column_{{ p }}
),
{% if with_condition_number %}
{{ _condition_number('inverted', p) }}
{% endif %}
factored as (
    select
        *
        {%- for j in range(1, p + 1) %}{% for k in range(1, j + 1) %},
        case when is_factorable then coalesce(w_{{ j }}_{{ k }} / sd_{{ k }}, 0) end as g_{{ j }}_{{ k }}
        {%- endfor %}{% endfor %}
        {%- for k in range(1, p + 1) %},
        sqrt(inflation_{{ k }} / n_obs) / sd_{{ k }} as spread_{{ k }}
        {%- endfor %}
    from {{ 'conditioned' if with_condition_number else 'inverted' }}
)
{% endmacro %}

{# 1 - Σ x_k² for k = 1..n, where the k-th name is prefix ~ k. #}
{% macro _one_minus_squares(prefix, n) -%}
    1{% for k in range(1, n + 1) %} - {{ prefix }}{{ k }} * {{ prefix }}{{ k }}{% endfor %}
{%- endmacro %}
