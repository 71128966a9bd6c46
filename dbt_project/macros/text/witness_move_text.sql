{# A move in words: of a yield its level and change in basis points, of anything else its return. A NULL level is left out. #}
{% macro witness_move_text(move, is_yield, level) -%}
    case
        when {{ is_yield }} and {{ level }} is not null
            then concat({{ number_text(level, 2) }}, ' % (', {{ number_text(move, 1, true) }}, ' bp)')
        when {{ is_yield }} then concat({{ number_text(move, 1, true) }}, ' bp')
        else concat({{ number_text(move, 2, true) }}, ' %')
    end
{%- endmacro %}
