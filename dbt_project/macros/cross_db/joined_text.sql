{# Aggregate: the texts of `expression` in the order of `order_by`, joined by `separator`. #}
{% macro joined_text(expression, separator, order_by) -%}
    {{ return(adapter.dispatch('joined_text', 'macrotape')(expression, separator, order_by)) }}
{%- endmacro %}

{% macro default__joined_text(expression, separator, order_by) -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{% macro spark__joined_text(expression, separator, order_by) -%}
    string_agg({{ expression }}, '{{ separator }}') within group (order by {{ order_by }})
{%- endmacro %}

{# Aggregate: the distinct texts of `expression` in their own order, joined by `separator`. #}
{% macro joined_distinct(expression, separator) -%}
    {{ return(adapter.dispatch('joined_distinct', 'macrotape')(expression, separator)) }}
{%- endmacro %}

{% macro default__joined_distinct(expression, separator) -%}
    {{ joined_text('distinct ' ~ expression, separator, expression) }}
{%- endmacro %}

{# Spark cannot plan two distinct string_agg of one query. #}
{% macro spark__joined_distinct(expression, separator) -%}
    nullif(array_join(array_sort(collect_set({{ expression }})), '{{ separator }}'), '')
{%- endmacro %}
