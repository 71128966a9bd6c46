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

{# Number that changes with the facts. #}
{% macro facts_hash(facts) -%}
    {{ return(adapter.dispatch('facts_hash', 'macrotape')(facts)) }}
{%- endmacro %}

{% macro default__facts_hash(facts) -%}
    hash({{ facts }})
{%- endmacro %}

{% macro spark__facts_hash(facts) -%}
    xxhash64({{ facts }})
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

{# The table of this model as the last build left it, if its words can be used again: it has `column` and the hash of the templates. #}
{% macro rendered_before(column) %}
    {% set before = adapter.get_relation(this.database, this.schema, this.identifier) if execute and target.type == 'duckdb' else none %}
    {% set columns = adapter.get_columns_in_relation(before) | map(attribute='name') | list if before else [] %}
    {% if column in columns and 'template_hash' in columns %}
        {{ return(before) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}
