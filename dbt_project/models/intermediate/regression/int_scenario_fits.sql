-- depends_on: {{ ref('int_regression_rows') }}
-- depends_on: {{ ref('attribution_models') }}
-- depends_on: {{ ref('scenarios') }}
-- depends_on: {{ ref('scenario_views') }}
-- A shock is answered by a regression with the shock in place of today's values. The views differ in which columns the regression
-- has, which is what else it holds fixed.
{% set regressions = scenario_regressions() %}
{% set keys = ['entity', 'session_date', 'scenario'] %}
with

latest_moments as (
    select *
    from {{ ref('int_window_moments') }}
    where entity in (select funds.fund from {{ ref('funds') }} as funds)
    qualify row_number() over (partition by entity order by session_date desc) <= {{ var('hac_sessions') }}
),
{% for regression in regressions %}
{% set mean_keys = [] %}{% for c in regression.columns %}{% do mean_keys.append('mean_' ~ c) %}{% endfor %}
shocked_{{ loop.index }} as (
    {% for scenario in regression.scenarios %}
    select
        latest_moments.*,
        '{{ scenario.name }}' as scenario,
        {% for column, shock in scenario.shocks.items() %}
        cast({{ shock }} as double) as {{ column }},
        {% endfor %}
        cast(0 as double) as no_return
    from latest_moments
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

fits_{{ loop.index }} as (
    {{ ols_from_moments(
        relation='shocked_' ~ loop.index,
        keys=keys + ['window_start', 'window_end', 'mean_y'] + mean_keys,
        y='no_return',
        blocks=[{'name': 'shock', 'columns': regression.columns}],
        min_obs=var('estimation_min_obs'),
        influence='joint',
        with_condition_number=false
    ) }}
),

scores_{{ loop.index }} as (
    {{ influence_scores('fits_' ~ loop.index, keys, ref('int_regression_rows'), 'return_pct', regression.columns, ['shock'], var('hac_lags')) }}
),

errors_{{ loop.index }} as (
    select
        entity,
        session_date,
        scenario,
        {{ newey_west_se('score_shock', 'n_obs', 'n_columns', var('hac_lags')) }} as impact_se_pct
    from scores_{{ loop.index }}
    group by entity, session_date, scenario
),
{% endfor %}
final as (
    {% for regression in regressions %}
    select
        fits.entity as fund,
        fits.session_date,
        fits.scenario,
        '{{ regression.view }}' as scenario_view,
        fits.joint_contribution_shock as impact_pct,
        errors.impact_se_pct
    from fits_{{ loop.index }} as fits
    inner join errors_{{ loop.index }} as errors
        on
            fits.entity = errors.entity
            and fits.session_date = errors.session_date
            and fits.scenario = errors.scenario
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
