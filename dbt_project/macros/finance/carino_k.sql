{# Log return of a simple return given in percent; NULL for -100 % and below, which no later return can be linked to. #}
{% macro log_return(return_pct) -%}
    case when {{ return_pct }} > -100 then ln(1 + {{ return_pct }} / 100) end
{%- endmacro %}

{#
    Carino's (1999) linking coefficient ln(1 + r) / r of a simple return given in percent; 1 at zero.
    NULL for -100 % and below. Near zero the series 1 − r/2 + r²/3 is used, where the quotient would lose its digits.
#}
{% macro carino_k(return_pct) -%}
    case
        when abs({{ return_pct }}) < 1e-4
            then 1 - {{ return_pct }} / 200 + {{ return_pct }} * {{ return_pct }} / 30000
        when {{ return_pct }} > -100 then ln(1 + {{ return_pct }} / 100) / ({{ return_pct }} / 100)
    end
{%- endmacro %}
