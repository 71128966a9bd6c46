-- depends_on: {{ ref('int_regression_rows') }}
-- depends_on: {{ ref('attribution_models') }}
-- depends_on: {{ ref('scenarios') }}
-- depends_on: {{ ref('scenario_views') }}
{#
    A shock is answered by a regression with the shock in place of today's values. The views differ in what else the regression holds
    fixed, which is which columns it has; a view of one driver's own columns is one regression for each driver.
#}
{% set registered = registry('attribution_models', ['model', 'column_name', 'component', 'branch', 'driver', 'decomposition'], 'model, position') %}
{% set shocks = registry('scenarios', ['scenario', 'driver', 'component', 'shock'], 'position, component') %}
{% set joint = registered | selectattr('decomposition', 'equalto', 'joint') | list %}
{% set branched = registered | rejectattr('branch', 'equalto', 'all') | list %}
{% set views = [] %}
{% for row in registry('scenario_views', ['scenario_view', 'regression_columns', 'shocked_branch'], 'position') %}
    {% set view = {'view': row.scenario_view, 'shocked': row.shocked_branch} %}
    {% if row.regression_columns == 'own_driver' %}
        {% for driver in joint | map(attribute='driver') | unique %}
            {% do views.append(dict(view, columns=joint | selectattr('driver', 'equalto', driver) | list, drivers=[driver])) %}
        {% endfor %}
    {% else %}
        {% set columns = joint if row.regression_columns == 'joint' else branched %}
        {% set components = columns | map(attribute='component') | list %}
        {% do views.append(dict(view, columns=columns, drivers=joint | selectattr('component', 'in', components) | map(attribute='driver') | unique | list)) %}
    {% endif %}
{% endfor %}
with

latest_moments as (
    select *
    from {{ ref('int_window_moments') }}
    where entity in (select fund from {{ ref('funds') }})
    qualify row_number() over (partition by entity order by session_date desc) <= {{ var('hac_sessions') }}
),
{% for view in views %}
{% set names = view.columns | map(attribute='column_name') | list %}
{% set mean_keys = [] %}{% for c in names %}{% do mean_keys.append('mean_' ~ c) %}{% endfor %}
shocked_{{ loop.index }} as (
    {% set scenarios = shocks | selectattr('driver', 'in', view.drivers) | map(attribute='scenario') | unique | list %}
    {% for scenario in scenarios %}
    select
        latest_moments.*,
        '{{ scenario }}' as scenario,
        cast(0 as double) as no_return
        {%- for column in view.columns %}
        {%- set of_column = shocks | selectattr('scenario', 'equalto', scenario) | selectattr('component', 'equalto', column.component) | list %},
        cast({{ of_column[0].shock if of_column and view.shocked in ['all', column.branch] else 0 }} as double) as {{ column.column_name }}
        {%- endfor %}
    from latest_moments
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

fits_{{ loop.index }} as (
    {{ ols_from_moments('shocked_' ~ loop.index, ['entity', 'session_date', 'scenario', 'window_start', 'window_end', 'mean_y'] + mean_keys, 'no_return', [{'name': 'shock', 'columns': names}], var('estimation_min_obs'), with_condition_number=false, influence='joint') }}
),

scores_{{ loop.index }} as (
    {{ influence_scores('fits_' ~ loop.index, ['entity', 'session_date', 'scenario'], ref('int_regression_rows'), 'return_pct', names, ['shock'], var('hac_lags')) }}
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
    {% for view in views %}
    select
        fits.entity as fund,
        fits.session_date,
        fits.scenario,
        '{{ view.view }}' as scenario_view,
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
