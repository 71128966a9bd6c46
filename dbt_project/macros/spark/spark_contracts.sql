{# Spark's name of a type as this project's YAML declares it: its varchar wants a length, which a text here never has. #}
{% macro spark_type(data_type) -%}
    {{ 'string' if data_type == 'varchar' else data_type }}
{%- endmacro %}

{# What a contract compares a model with: dbt's own, in Spark's types. #}
{% macro spark__get_empty_schema_sql(columns) %}
    select
        {%- for column in columns.values() %}
        cast(null as {{ spark_type(column.data_type) }}) as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    limit 0
{% endmacro %}
