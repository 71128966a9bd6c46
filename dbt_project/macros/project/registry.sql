{#
    Rows of a registry seed, as a list of dicts, so that models are generated from data.

    The seed is read by its real address, because inside a unit test ref() names a fixture that only
    exists within the tested query. Call it together with a `depends_on` comment on the seed.
    Returns [] while dbt only parses.
#}
{% macro registry(seed, columns, order_by) %}
    {% set rows = [] %}
    {% if execute %}
        {% set found = run_query("select " ~ columns | join(', ') ~ " from seeds." ~ seed ~ " order by " ~ order_by) %}
        {% for row in found.rows %}
            {% set as_dict = {} %}
            {% for column in columns %}
                {% do as_dict.update({column: row[loop.index0]}) %}
            {% endfor %}
            {% do rows.append(as_dict) %}
        {% endfor %}
    {% endif %}
    {{ return(rows) }}
{% endmacro %}

{#
    Components that some attribution model uses. Their order is that in which products are summed, and so decides the last digits.
    Models in descending order of name keep the order of `ordered` and `news`; a model whose name sorts after them would decide it.
#}
{% macro model_components() %}
    {% set components = [] %}
    {% for row in registry('attribution_models', ['component'], 'model desc, position') if row.component not in components %}
        {% do components.append(row.component) %}
    {% endfor %}
    {{ return(components) }}
{% endmacro %}

{# Distinct regression columns of all models, each with its component and branch. #}
{% macro model_columns() %}
    {% set columns = {} %}
    {% for row in registry('attribution_models', ['column_name', 'component', 'branch'], 'model desc, position') %}
        {% do columns.update({row.column_name: row}) %}
    {% endfor %}
    {{ return(columns.values() | list) }}
{% endmacro %}

{#
    The distinct regressions behind the models: [{models: [...], blocks: [{name, columns}, ...]}].
    Models with the same columns in the same blocks share one.
#}
{% macro model_regressions() %}
    {% set per_model = {} %}
    {% for row in registry('attribution_models', ['model', 'column_name', 'driver'], 'model, position') %}
        {% set blocks = per_model.setdefault(row.model, []) %}
        {% if blocks and blocks[-1].name == row.driver %}
            {% do blocks[-1].columns.append(row.column_name) %}
        {% else %}
            {% do blocks.append({'name': row.driver, 'columns': [row.column_name]}) %}
        {% endif %}
    {% endfor %}
    {% set regressions = [] %}
    {% for model, blocks in per_model.items() %}
        {% set same = regressions | selectattr('blocks', 'equalto', blocks) | list %}
        {% if same %}
            {% do same[0].models.append(model) %}
        {% else %}
            {% do regressions.append({'models': [model], 'blocks': blocks}) %}
        {% endif %}
    {% endfor %}
    {{ return(regressions) }}
{% endmacro %}
