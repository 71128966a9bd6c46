{# Text of a JSON object; `fields` maps its names to SQL expressions. NULL becomes null. #}
{% macro json_object(fields) -%}
    {{ return(adapter.dispatch('json_object', 'macrotape')(fields)) }}
{%- endmacro %}

{% macro default__json_object(fields) -%}
    cast(to_json(struct_pack({% for name, value in fields.items() %}{{ name }} := {{ value }}{{ ', ' if not loop.last }}{% endfor %})) as string)
{%- endmacro %}

{% macro spark__json_object(fields) -%}
    to_json(named_struct({% for name, value in fields.items() %}'{{ name }}', {{ value }}{{ ', ' if not loop.last }}{% endfor %}), map('ignoreNullFields', 'false'))
{%- endmacro %}

{# Aggregate: text of a JSON array of the texts of `expression`, which are JSON themselves, in the order of `order_by`. #}
{% macro json_array(expression, order_by) -%}
    concat('[', coalesce({{ joined_text(expression, ', ', order_by) }}, ''), ']')
{%- endmacro %}

{# Text of a JSON object whose values are JSON already; a value that is NULL becomes null. #}
{% macro json_document(parts) -%}
    concat('{'{% for name, value in parts.items() %}, '"{{ name }}": ', coalesce({{ value }}, 'null'){{ ", ', '" if not loop.last }}{% endfor %}, '}')
{%- endmacro %}
