{#
    Ordinary least squares with intercept from window moments, and what it says of today's values.

    relation   one row per target: the moments as rolling_moments names them, n_obs, and today's
               values of `y` and of the columns under their own names
    keys       columns that identify a row, carried through
    blocks     [{name, columns}]: the order in which shared variance is handed out
    min_obs    fewer observations than this give no numbers

    Method: centred, scaled cross products (correlations), Cholesky q = LLᵀ, one forward substitution
    u for today's values; block contributions are then the increments of the fitted value between
    nested regressions, exactly additive. A column that is constant in the window is dropped from it;
    a pivot under 1e-6 makes the whole row NULL (`is_singular`); a column whose value today is NULL
    contributes nothing and moves no other column.

    Renders a query: keys, n_obs, is_singular, n_columns, residual_sd, r_squared, condition_number,
    max_vif, leverage, y_sd, specific, specific_se, joint_specific;
    per column  move_<c> (today's value), beta_<c>, beta_se_<c>, vif_<c>, contribution_<c>, joint_contribution_<c>, sd_<c>,
                is_constant_<c>;
    per block   (a block of one column may have its name)  contribution_<b>, contribution_se_<b>, joint_contribution_<b>, joint_contribution_se_<b>.
    `specific` includes the intercept, which is estimated and not predicted with.

    with_condition_number  false leaves that column out: planning its many terms takes DuckDB longer than
               a small regression does
    influence  none, 'sequential' or 'joint': also renders influence_<b>__<c> for each block and column,
               with which the block's contribution is a linear function of the residuals of the window:
               its error is the sum over window rows of residual times Σ_c influence × (c − mean of c).
               newey_west_se turns that into a standard error.
#}
{% macro ols_from_moments(relation, keys, y, blocks, min_obs, influence=none, with_condition_number=true) %}
    {%- set columns = [] -%}
    {%- for block in blocks -%}
        {%- do columns.extend(block.columns) -%}
    {%- endfor -%}
    {%- if execute and columns | unique | list | length != columns | length -%}
        {{ exceptions.raise_compiler_error("ols_from_moments: a column stands in two blocks: " ~ columns) }}
    {%- endif -%}
    {%- for block in blocks if execute and block.name in columns and block.columns != [block.name] -%}
        {{ exceptions.raise_compiler_error("ols_from_moments: block " ~ block.name ~ " has the name of a column that is not its only one") }}
    {%- endfor -%}
    {%- set p = columns | length %}
with
scaled as (
    select
        {{ keys | join(', ') }},
        n_obs,
        {{ y }} as y_today,
        sqrt(n_obs * var_y) as norm_y,
        sqrt(var_y) as sd_y
        {%- for c in columns %},
        {{ c }} as today_{{ loop.index }},
        case when var_{{ c }} > 1e-16 * mean_{{ c }} * mean_{{ c }} then sqrt(var_{{ c }}) end as sd_{{ loop.index }},
        mean_{{ c }} as mean_{{ loop.index }},
        cov_{{ c }}__y as cov_{{ loop.index }}_y
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
        {{ keys | join(', ') }},
        n_obs, y_today, norm_y, sd_y,
        {% for i in range(1, p + 1) %}case when sd_{{ i }} is null then 0 else 1 end{{ ' + ' if not loop.last }}{% endfor %} as n_columns
        {%- for i in range(1, p + 1) %},
        today_{{ i }},
        sd_{{ i }},
        today_{{ i }} / (sqrt(n_obs) * sd_{{ i }}) as scaled_{{ i }},
        (today_{{ i }} - mean_{{ i }}) / (sqrt(n_obs) * sd_{{ i }}) as centred_{{ i }},
        coalesce(cov_{{ i }}_y / nullif(sd_{{ i }} * sd_y, 0), 0) as q_y_{{ i }}
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
        (q_y_{{ j }}{% for k in range(1, j) %} - l_y_{{ k }} * l_{{ j }}_{{ k }}{% endfor %}) / root_{{ j }} as l_y_{{ j }},
        {%- for k in range(1, j) %}
        -({% for m in range(k, j) %}{{ ' + ' if not loop.first }}l_{{ j }}_{{ m }} * w_{{ m }}_{{ k }}{% endfor %}) / root_{{ j }} as w_{{ j }}_{{ k }},
        {%- endfor %}
        1 / root_{{ j }} as w_{{ j }}_{{ j }}
    from pivot_{{ j }}
),
{% endfor %}
fitted as (
    select
        *,
        {% for i in range(1, p + 1) %}root_{{ i }} is null{{ ' or ' if not loop.last }}{% endfor %} or norm_y = 0 as is_singular,
        {% for i in range(1, p + 1) %}l_y_{{ i }} * l_y_{{ i }}{{ ' + ' if not loop.last }}{% endfor %} as r_squared,
        norm_y * sqrt(greatest({{ _one_minus_squares('l_y_', p) }}, 0) / (n_obs - n_columns - 1)) as residual_sd,
        1.0 / n_obs{% for i in range(1, p + 1) %} + v_{{ i }} * v_{{ i }}{% endfor %} as leverage
        {%- for k in range(1, p + 1) %},
        ({% for j in range(k, p + 1) %}w_{{ j }}_{{ k }} * l_y_{{ j }}{{ ' + ' if not loop.last }}{% endfor %}) * sd_y / sd_{{ k }} as b_{{ k }},
        {% for j in range(k, p + 1) %}w_{{ j }}_{{ k }} * w_{{ j }}_{{ k }}{{ ' + ' if not loop.last }}{% endfor %} as inflation_{{ k }}
        {%- endfor %}
    from column_{{ p }}
),
{% if with_condition_number %}
{{ _condition_number('fitted', p) }}
{% endif %}
named as (
    select
        {{ keys | join(', ') }},
        n_obs,
        n_columns,
        is_singular,
        case when not is_singular then residual_sd end as residual_sd,
        case when not is_singular then r_squared end as r_squared,
        {{ 'case when not is_singular then condition_number end as condition_number,' if with_condition_number }}
        case when not is_singular then greatest({% for i in range(1, p + 1) %}inflation_{{ i }}{{ ', ' if not loop.last }}{% endfor %}) end as max_vif,
        case when not is_singular then leverage end as leverage,
        sd_y as y_sd,
        y_today
        {%- for c in columns %}
        {%- set i = loop.index %},
        today_{{ i }} as move_{{ c }},
        sd_{{ i }} is null as is_constant_{{ c }},
        sd_{{ i }} as sd_{{ c }},
        case when not is_singular then b_{{ i }} end as beta_{{ c }},
        case when not is_singular then residual_sd * sqrt(inflation_{{ i }}) / (sqrt(n_obs) * sd_{{ i }}) end as beta_se_{{ c }},
        case when not is_singular and sd_{{ i }} is not null then inflation_{{ i }} end as vif_{{ c }},
        case when not is_singular then norm_y * l_y_{{ i }} * u_{{ i }} end as contribution_{{ c }},
        case when not is_singular then coalesce(b_{{ i }} * today_{{ i }}, 0) end as joint_contribution_{{ c }}
        {%- endfor %}
        {%- set first = namespace(i=0) %}
        {%- for block in blocks %}
        {%- set members = range(first.i + 1, first.i + 1 + block.columns | length) %}
        {%- set first.i = first.i + block.columns | length %},
        case when not is_singular then residual_sd * sqrt({% for i in members %}u_{{ i }} * u_{{ i }}{{ ' + ' if not loop.last }}{% endfor %}) end as contribution_se_{{ block.name }},
        case when not is_singular then residual_sd * sqrt(
            {%- for j in range(members[0], p + 1) %}
            pow({% for i in members if i <= j %}{{ ' + ' if not loop.first }}w_{{ j }}_{{ i }} * coalesce(scaled_{{ i }}, 0){% endfor %}, 2){{ ' +' if not loop.last }}
            {%- endfor %}
        ) end as joint_contribution_se_{{ block.name }}
        {%- if influence %}
            {%- for c in columns %}
            {%- set k = loop.index %},
        ({% for j in range(k, p + 1) %}
            {%- if influence == 'sequential' %}{{ ('w_' ~ j ~ '_' ~ k ~ ' * u_' ~ j) if j in members else '0' }}
            {%- else %}w_{{ j }}_{{ k }} * ({% for i in members if i <= j %}{{ ' + ' if not loop.first }}w_{{ j }}_{{ i }} * coalesce(scaled_{{ i }}, 0){% else %}0{% endfor %})
            {%- endif %}{{ ' + ' if not loop.last }}
        {%- endfor %}) / (sqrt(n_obs) * sd_{{ k }}) as influence_{{ block.name }}__{{ c }}
            {%- endfor %}
        {%- endif %}
        {%- endfor %}
    from {{ 'conditioned' if with_condition_number else 'fitted' }}
)

select
    *,
    {%- for block in blocks if block.name not in columns %}
    {% for c in block.columns %}contribution_{{ c }}{{ ' + ' if not loop.last }}{% endfor %} as contribution_{{ block.name }},
    {% for c in block.columns %}joint_contribution_{{ c }}{{ ' + ' if not loop.last }}{% endfor %} as joint_contribution_{{ block.name }},
    {%- endfor %}
    residual_sd * sqrt(1 + leverage) as specific_se,
    y_today{% for c in columns %} - contribution_{{ c }}{% endfor %} as specific,
    y_today{% for c in columns %} - joint_contribution_{{ c }}{% endfor %} as joint_specific
from named
{% endmacro %}

{# 1 - Σ x_k² for k = 1..n, where the k-th name is prefix ~ k. #}
{% macro _one_minus_squares(prefix, n) -%}
    1{% for k in range(1, n + 1) %} - {{ prefix }}{{ k }} * {{ prefix }}{{ k }}{% endfor %}
{%- endmacro %}
