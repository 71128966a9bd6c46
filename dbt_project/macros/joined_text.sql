{# Aggregate: the texts of `expression` in the order of `order_by`, joined by `separator`. #}
{% macro joined_text(expression, separator, order_by) -%}
    {{ return(adapter.dispatch('joined_text', 'macrotape')(expression, separator, order_by)) }}
{%- endmacro %}

{# Aggregate: the distinct texts of `expression` in their own order, joined by `separator`. #}
{% macro joined_distinct(expression, separator) -%}
    {{ joined_text('distinct ' ~ expression, separator, expression) }}
{%- endmacro %}

{% macro default__joined_text(expression, separator, order_by) -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}
