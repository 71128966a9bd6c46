{#
    Words for the facts of a day, by the templates in orchestration/dbt/brief_text. In DuckDB they are SQL functions, which a
    plugin named in profiles.yml adds. On Spark the facts pass unchanged and the release renders them, so that no worker needs
    the templates.
#}

{# The words for `facts`; `kind` is headline or brief. #}
{% macro rendered_text(kind, facts) -%}
    {{ return(adapter.dispatch('rendered_text', 'macrotape')(kind, facts)) }}
{%- endmacro %}

{% macro default__rendered_text(kind, facts) -%}
    {{ kind }}_text({{ facts }})
{%- endmacro %}

{% macro spark__rendered_text(kind, facts) -%}
    {{ facts }}
{%- endmacro %}

{# Hash of the templates: other templates give other words for the same facts. #}
{% macro template_hash() -%}
    {{ return(adapter.dispatch('template_hash', 'macrotape')()) }}
{%- endmacro %}

{% macro default__template_hash() -%}
    text_template_hash()
{%- endmacro %}

{% macro spark__template_hash() -%}
    ''
{%- endmacro %}

{# The table of this model as the last build left it, whose words can be used again; none where there is no such table. #}
{% macro rendered_before() %}
    {% set before = adapter.get_relation(this.database, this.schema, this.identifier) if execute and target.type == 'duckdb' else none %}
    {% if before and 'template_hash' in adapter.get_columns_in_relation(before) | map(attribute='name') %}
        {{ return(before) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}
