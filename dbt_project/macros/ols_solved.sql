{#
    The half of ols_from_moments that knows y: one forward substitution l = w q, and every number said of it.
    Renders a query. `relation` has the columns of _ols_factored, and y_today, var_y and cov_i_y.
#}
{% macro _ols_solved(relation, keys, columns, blocks, influence, with_condition_number) %}
    {%- set p = columns | length %}
with
correlated_with_y as (
    select
        *,
        sqrt(n_obs * var_y) as norm_y,
        sqrt(var_y) as sd_y
        {%- for i in range(1, p + 1) %},
        coalesce(cov_{{ i }}_y / nullif(sd_{{ i }} * sqrt(var_y), 0), 0) as q_y_{{ i }}
        {%- endfor %}
    from {{ relation }}
),

substituted as (
    select
        *
        {%- for j in range(1, p + 1) %},
        {% for k in range(1, j + 1) %}w_{{ j }}_{{ k }} * q_y_{{ k }}{{ ' + ' if not loop.last }}{% endfor %} as l_y_{{ j }}
        {%- endfor %}
    from correlated_with_y
),

fitted as (
    select
        *,
        not is_factorable or norm_y = 0 as is_singular,
        {% for i in range(1, p + 1) %}l_y_{{ i }} * l_y_{{ i }}{{ ' + ' if not loop.last }}{% endfor %} as r_squared,
        norm_y * sqrt(greatest({{ _one_minus_squares('l_y_', p) }}, 0) / (n_obs - n_columns - 1)) as residual_sd
        {%- for k in range(1, p + 1) %},
        ({% for j in range(k, p + 1) %}w_{{ j }}_{{ k }} * l_y_{{ j }}{{ ' + ' if not loop.last }}{% endfor %}) * sd_y / sd_{{ k }} as b_{{ k }}
        {%- endfor %}
    from substituted
),

named as (
    select
        {{ keys | join(', ') }},
        n_obs,
        n_columns,
        is_singular,
        case when not is_singular then residual_sd end as residual_sd,
        case when not is_singular then r_squared end as r_squared,
        {{ 'case when not is_singular then condition_number end as condition_number,' if with_condition_number }}
        case when not is_singular then {{ 'greatest(' if p > 1 }}{% for i in range(1, p + 1) %}inflation_{{ i }}{{ ', ' if not loop.last }}{% endfor %}{{ ')' if p > 1 }} end as max_vif,
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
    from fitted
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

