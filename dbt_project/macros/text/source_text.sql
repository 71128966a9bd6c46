{# The text for a fallback source: market closes stand for net asset values, another source for itself. #}
{% macro source_text(source_series) -%}
    case when {{ source_series }} like 'close:%' then 'market closes in place of NAV' else {{ source_series }} end
{%- endmacro %}
