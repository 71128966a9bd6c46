{#
    The half of ols_from_moments that knows y: one forward substitution t = g c, and every number said of it.
    Renders a query. `relation` has the columns of _ols_factored, and y_today, var_y and cov_i_y.
#}
{% macro _ols_solved(relation, keys, columns, blocks, influence, with_condition_number) %}
    {%- set p = columns | length %}
with
-- t_j: the part of y along the j-th orthogonal column, whose squares add up to what is explained of var_y;
-- none where y is constant in the window, and with them no number below
substituted as (
    select
        *
        {%- for j in range(1, p + 1) %},
        case when var_y > 0 then {% for k in range(1, j + 1) %}g_{{ j }}_{{ k }} * cov_{{ k }}_y{{ ' + ' if not loop.last }}{% endfor %} end as t_{{ j }}
        {%- endfor %}
    from {{ relation }}
),

explained as (
    select
        *,
        ({% for i in range(1, p + 1) %}t_{{ i }} * t_{{ i }}{{ ' + ' if not loop.last }}{% endfor %}) / nullif(var_y, 0) as r_squared
    from substituted
),

fitted as (
    select
        *,
        r_squared is null as is_singular,
        case when r_squared is not null then sqrt(n_obs * var_y * greatest(1 - r_squared, 0) / (n_obs - n_columns - 1)) end as residual_sd
        {%- for k in range(1, p + 1) %},
        {% for j in range(k, p + 1) %}g_{{ j }}_{{ k }} * t_{{ j }}{{ ' + ' if not loop.last }}{% endfor %} as b_{{ k }}
        {%- endfor %}
    from explained
),

named as (
    select
        {{ keys | join(', ') }},
        n_obs,
        n_columns,
        is_singular,
        residual_sd,
        r_squared,
        {{ 'case when not is_singular then condition_number end as condition_number,' if with_condition_number }}
        case when not is_singular then {{ 'greatest(' if p > 1 }}{% for i in range(1, p + 1) %}inflation_{{ i }}{{ ', ' if not loop.last }}{% endfor %}{{ ')' if p > 1 }} end as max_vif,
        case when not is_singular then leverage end as leverage,
        sqrt(var_y) as y_sd,
        y_today
        {%- for c in columns %}
        {%- set i = loop.index %},
        today_{{ i }} as move_{{ c }},
        sd_{{ i }} is null as is_constant_{{ c }},
        sd_{{ i }} as sd_{{ c }},
        case when sd_{{ i }} is not null then b_{{ i }} end as beta_{{ c }},
        residual_sd * spread_{{ i }} as beta_se_{{ c }},
        case when not is_singular and sd_{{ i }} is not null then inflation_{{ i }} end as vif_{{ c }},
        sqrt(n_obs) * t_{{ i }} * u_{{ i }} as contribution_{{ c }},
        case when not is_singular and today_{{ i }} is not null then sqrt(n_obs) * u_{{ i }} * sd_{{ i }} / w_{{ i }}_{{ i }} end as unexpected_move_{{ c }},
        case when sd_{{ i }} is not null then t_{{ i }} * w_{{ i }}_{{ i }} / sd_{{ i }} end as sequential_beta_{{ c }},
        case when not is_singular then coalesce(b_{{ i }} * today_{{ i }}, 0) end as joint_contribution_{{ c }}
        {%- endfor %}
        {%- set first = namespace(i=0) %}
        {%- for block in blocks %}
        {%- set members = range(first.i + 1, first.i + 1 + block.columns | length) %}
        {%- set first.i = first.i + block.columns | length %},
        residual_sd * sqrt({% for i in members %}u_{{ i }} * u_{{ i }}{{ ' + ' if not loop.last }}{% endfor %}) as contribution_se_{{ block.name }},
        residual_sd * sqrt(
            {%- for j in range(members[0], p + 1) %}
            pow({% for i in members if i <= j %}{{ ' + ' if not loop.first }}w_{{ j }}_{{ i }} * coalesce(scaled_{{ i }}, 0){% endfor %}, 2){{ ' +' if not loop.last }}
            {%- endfor %}
        ) as joint_contribution_se_{{ block.name }}
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

