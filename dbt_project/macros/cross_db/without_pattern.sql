{# A text without any of the parts that match a regular expression. #}
{% macro without_pattern(expression, pattern) -%}
    {{ return(adapter.dispatch('without_pattern', 'macrotape')(expression, pattern)) }}
{%- endmacro %}

{% macro default__without_pattern(expression, pattern) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '', 'g')
{%- endmacro %}

{% macro spark__without_pattern(expression, pattern) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '')
{%- endmacro %}
