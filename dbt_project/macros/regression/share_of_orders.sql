{# Share of the n! orders in which a given set of `size` blocks comes just before a given other block. #}
{% macro _share_of_orders(size, n) -%}
    {%- set ns = namespace(value=1.0) -%}
    {%- for k in range(1, size + 1) -%}{%- set ns.value = ns.value * k -%}{%- endfor -%}
    {%- for k in range(1, n - size) -%}{%- set ns.value = ns.value * k -%}{%- endfor -%}
    {%- for k in range(1, n + 1) -%}{%- set ns.value = ns.value / k -%}{%- endfor -%}
    {{ ns.value }}
{%- endmacro %}
