{# A number rounded to `decimals` places, halves away from zero, as the nearest double says: 1.005 lies below its half. #}
{% macro rounded(expression, decimals) -%}
    {{ return(adapter.dispatch('rounded', 'macrotape')(expression, decimals)) }}
{%- endmacro %}

{% macro default__rounded(expression, decimals) -%}
    round({{ expression }}, {{ decimals }})
{%- endmacro %}

{# Spark would round the number as it is printed, 1.005 up. #}
{% macro spark__rounded(expression, decimals) -%}
    round(({{ expression }}) * 1e{{ decimals }}) / 1e{{ decimals }}
{%- endmacro %}
