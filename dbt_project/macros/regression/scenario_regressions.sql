{#
    The regressions that answer scenarios: [{view, columns: [...], scenarios: [{name, shocks: {column: shock}}]}], from the seeds
    scenario_views, scenarios and attribution_models. A view of one driver's own columns is one regression for each driver. A scenario
    is answered where its driver has columns. Returns [] while dbt only parses.
#}
{% macro scenario_regressions() %}
    {% set registered = registry('attribution_models', ['column_name', 'component', 'branch', 'driver', 'decomposition'], 'model, position') %}
    {% set shocks = registry('scenarios', ['scenario', 'driver', 'component', 'shock'], 'position, component') %}
    {% set joint = registered | selectattr('decomposition', 'equalto', 'joint') | list %}
    {% set branched = registered | rejectattr('branch', 'equalto', 'all') | list %}
    {% set regressions = [] %}
    {% for view in registry('scenario_views', ['scenario_view', 'regression_columns', 'shocked_branch'], 'position') %}
        {% set groups = [] %}
        {% if view.regression_columns == 'own_driver' %}
            {% for driver in joint | map(attribute='driver') | unique %}
                {% do groups.append({'drivers': [driver], 'columns': joint | selectattr('driver', 'equalto', driver) | list}) %}
            {% endfor %}
        {% else %}
            {% set columns = joint if view.regression_columns == 'joint' else branched %}
            {% set components = columns | map(attribute='component') | list %}
            {% do groups.append({'drivers': joint | selectattr('component', 'in', components) | map(attribute='driver') | list, 'columns': columns}) %}
        {% endif %}
        {% for group in groups %}
            {% set scenarios = [] %}
            {% for name in shocks | selectattr('driver', 'in', group.drivers) | map(attribute='scenario') | unique %}
                {% set by_column = {} %}
                {% for column in group.columns %}
                    {% set own = shocks | selectattr('scenario', 'equalto', name) | selectattr('component', 'equalto', column.component) | list %}
                    {% set is_shocked = own and view.shocked_branch in ['all', column.branch] %}
                    {% do by_column.update({column.column_name: own[0].shock if is_shocked else 0}) %}
                {% endfor %}
                {% do scenarios.append({'name': name, 'shocks': by_column}) %}
            {% endfor %}
            {% set names = group.columns | map(attribute='column_name') | list %}
            {% do regressions.append({'view': view.scenario_view, 'columns': names, 'scenarios': scenarios}) %}
        {% endfor %}
    {% endfor %}
    {{ return(regressions) }}
{% endmacro %}
