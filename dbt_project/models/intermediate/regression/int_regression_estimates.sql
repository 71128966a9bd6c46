-- depends_on: {{ ref('attribution_models') }}
with

moments_with_day_values as (
    select * from {{ ref('int_moments_with_day_values') }}
),
{% for regression in model_regressions() %}
regression_{{ loop.index }} as (
    {{ ols_from_moments('moments_with_day_values', ['entity', 'fund', 'benchmark', 'session_date'], 'return_pct', regression.blocks, var('estimation_min_obs')) }}
),
{% endfor %}
attributed as (
    {% for regression in model_regressions() %}
    {% set nth = loop.index %}
    select
        registry.model,
        fitted.entity,
        fitted.fund,
        fitted.benchmark,
        fitted.session_date,
        registry.position,
        registry.column_name,
        registry.component,
        registry.branch,
        registry.driver,
        registry.decomposition,
        fitted.n_obs,
        fitted.n_columns,
        fitted.is_singular,
        fitted.residual_sd,
        fitted.r_squared,
        fitted.condition_number,
        fitted.max_vif,
        fitted.leverage,
        fitted.y_sd,
        fitted.specific_se,
        case registry.decomposition when 'joint' then fitted.joint_specific else fitted.specific end as specific,
        {%- for measure in ['move', 'is_constant', 'sd', 'beta', 'beta_se', 'vif'] %}
        case registry.column_name
            {%- for block in regression.blocks %}{% for column in block.columns %}
            when '{{ column }}' then fitted.{{ measure }}_{{ column }}
            {%- endfor %}{% endfor %}
        end as {{ measure }},
        {%- endfor %}
        {%- for measure, joint_measure in {'contribution': 'joint_contribution', 'unexpected_move': 'move', 'sequential_beta': 'beta'}.items() %}
        case registry.column_name
            {%- for block in regression.blocks %}{% for column in block.columns %}
            when '{{ column }}'
                then case registry.decomposition when 'joint' then fitted.{{ joint_measure }}_{{ column }} else fitted.{{ measure }}_{{ column }} end
            {%- endfor %}{% endfor %}
        end as {{ measure }},
        {%- endfor %}
        case registry.driver
            {%- for block in regression.blocks %}
            when '{{ block.name }}'
                then case registry.decomposition when 'joint' then fitted.joint_contribution_se_{{ block.name }} else fitted.contribution_se_{{ block.name }} end
            {%- endfor %}
        end as driver_contribution_se
    from regression_{{ nth }} as fitted
    inner join {{ ref('attribution_models') }} as registry
        on registry.model in ('{{ regression.models | join("', '") }}')
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select * from attributed
)

select * from final
