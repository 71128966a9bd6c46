{# Text of a number with a fixed count of decimals; `signed` writes the plus too. NULL stays NULL. #}
{% macro number_text(expression, decimals=2, signed=false) -%}
    {#- adding zero turns a rounded -0.00 into 0.00 -#}
    case when {{ expression }} is not null then printf('%{{ '+' if signed }}.{{ decimals }}f', {{ rounded(expression, decimals) }} + 0.0) end
{%- endmacro %}
