{#
    Sum that does not depend on the order of its rows, to the last bit: a table built day by day and one rebuilt
    at once hold their rows in different orders, and have to be the same table.
#}
{% macro exact_sum(expression, scale=15, over='') -%}
    cast(sum(cast({{ expression }} as decimal(38, {{ scale }}))) {{ over }} as double)
{%- endmacro %}
