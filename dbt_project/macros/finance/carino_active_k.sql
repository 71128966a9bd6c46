{#
    Carino's (1999) linking coefficient of an active return, [ln(1 + p) − ln(1 + b)] / (p − b), of two simple returns
    given in percent; 1 / (1 + p) where they meet, NULL where one is -100 % or below. Near there the series 1/m + d²/12m³ around the middle m of
    1 + p and 1 + b is used, where the quotient would lose its digits.
#}
{% macro carino_active_k(return_pct, benchmark_return_pct) -%}
    case
        when {{ return_pct }} <= -100 or {{ benchmark_return_pct }} <= -100 then null
        when abs({{ return_pct }} - {{ benchmark_return_pct }}) < 1e-2
            then
                1 / (1 + ({{ return_pct }} + {{ benchmark_return_pct }}) / 200)
                + power(({{ return_pct }} - {{ benchmark_return_pct }}) / 100, 2) / 12
                / power(1 + ({{ return_pct }} + {{ benchmark_return_pct }}) / 200, 3)
        else
            (ln(1 + {{ return_pct }} / 100) - ln(1 + {{ benchmark_return_pct }} / 100))
            / (({{ return_pct }} - {{ benchmark_return_pct }}) / 100)
    end
{%- endmacro %}
