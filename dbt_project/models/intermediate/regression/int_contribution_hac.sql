-- depends_on: {{ ref('int_regression_rows') }}
-- depends_on: {{ ref('attribution_models') }}
with

latest_moments as (
    select *
    from {{ ref('int_moments_with_day_values') }}
    where benchmark is null
    qualify row_number() over (partition by entity order by session_date desc) <= {{ var('hac_sessions') }}
),
{% set fits = [] %}
{% for regression in model_regressions() %}
{% set own = [] %}{% for block in regression.blocks %}{% do own.extend(block.columns) %}{% endfor %}
{% set mean_keys = [] %}{% for c in own %}{% do mean_keys.append('mean_' ~ c) %}{% endfor %}
{% for decomposition in ['sequential', 'joint'] %}
{% set name = decomposition ~ '_' ~ loop.index ~ '_' ~ fits | length %}
{% do fits.append({'name': name, 'decomposition': decomposition, 'models': regression.models, 'blocks': regression.blocks}) %}
fits_{{ name }} as (
    {{ ols_from_moments(
        relation='latest_moments',
        keys=['entity', 'session_date', 'window_start', 'window_end', 'mean_y'] + mean_keys,
        y='return_pct',
        blocks=regression.blocks,
        min_obs=var('estimation_min_obs'),
        influence=decomposition,
        with_condition_number=false
    ) }}
),

scores_{{ name }} as (
    {{ influence_scores(
        fits='fits_' ~ name,
        keys=['entity', 'session_date'],
        rows=ref('int_regression_rows'),
        y='return_pct',
        columns=own,
        blocks=regression.blocks | map(attribute='name') | list,
        lags=var('hac_lags')
    ) }}
),

errors_{{ name }} as (
    select
        entity,
        {% for block in regression.blocks %}
        {{ newey_west_se('score_' ~ block.name, 'n_obs', 'n_columns', var('hac_lags')) }} as se_{{ block.name }},
        {% endfor %}
        session_date
    from scores_{{ name }}
    group by entity, session_date
),
{% endfor %}
{% endfor %}
registered as (
    select distinct
        model,
        decomposition,
        driver
    from {{ ref('attribution_models') }}
),

final as (
    {% for fit in fits %}
    select
        registered.model,
        errors.entity as fund,
        errors.session_date,
        registered.driver,
        case registered.driver
            {%- for block in fit.blocks %}
            when '{{ block.name }}' then errors.se_{{ block.name }}
            {%- endfor %}
        end as contribution_se_hac_pct
    from errors_{{ fit.name }} as errors
    inner join registered
        on
            registered.model in ('{{ fit.models | join("', '") }}')
            and registered.decomposition = '{{ fit.decomposition }}'
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
