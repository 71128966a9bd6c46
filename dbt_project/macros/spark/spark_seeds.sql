{# Seed rows as literals: what dbt-spark binds loses apostrophes, makes the text 'None' of an empty cell and 1.0 of true. #}
{% macro spark__load_csv_rows(model, agate_table) %}
    {% set declared = model.config.column_types %}
    {% set query %}
        insert into {{ this }} values
        {%- for row in agate_table.rows %}
        {%- set outer_last = loop.last %}
        (
            {%- for column in agate_table.column_names -%}
            cast({{ spark_literal(row[column]) }} as {{ declared.get(column, adapter.convert_type(agate_table, loop.index0)) }}){{ ', ' if not loop.last }}
            {%- endfor -%}
        ){{ ',' if not outer_last }}
        {%- endfor %}
    {% endset %}
    {% do adapter.add_query(query) %}
    {{ return(query) }}
{% endmacro %}

{% macro spark_literal(value) -%}
    {{ 'null' if value is none else "'" ~ value | string | replace('\\', '\\\\') | replace("'", "\\'") ~ "'" }}
{%- endmacro %}
