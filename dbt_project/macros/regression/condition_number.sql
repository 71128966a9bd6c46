{#
    Adds condition_number = sqrt(largest / smallest eigenvalue of the correlation matrix) to `relation`,
    as the CTE `conditioned`. `relation` has the correlations q_<i>_<k> and the inverse Cholesky factor
    w_<j>_<k> of p columns.

    SQL has no eigenvalues. Squaring a matrix seven times leaves the largest alone: with M = A^128,
    trace(M A) / trace(M) is that eigenvalue, low by at most 1.7 % in the worst case (two eigenvalues
    in the ratio 128:129) and exact to 1e-6 where they differ by a tenth. The result is therefore right
    to 2 %, which is what a warning at 15 needs. Dividing by the trace first keeps every power in range.
#}
{% macro _condition_number(relation, p) %}
correlation_powers_0 as (
    select
        *
        {%- for i in range(1, p + 1) %}{% for k in range(1, i + 1) %},
        {{ 'cast(1 as double)' if i == k else 'q_' ~ i ~ '_' ~ k }} / {{ p }} as a0_{{ i }}_{{ k }},
        ({% for j in range(i, p + 1) %}w_{{ j }}_{{ i }} * w_{{ j }}_{{ k }}{{ ' + ' if not loop.last }}{% endfor %})
        / ({% for m in range(1, p + 1) %}inflation_{{ m }}{{ ' + ' if not loop.last }}{% endfor %}) as c0_{{ i }}_{{ k }}
        {%- endfor %}{% endfor %}
    from {{ relation }}
),
{% for s in range(1, 8) %}
correlation_powers_{{ s }} as (
    select
        *
        {%- for x in ['a', 'c'] %}{% for i in range(1, p + 1) %}{% for k in range(1, i + 1) %},
        {% for m in range(1, p + 1) %}{{ _entry(x, s - 1, i, m) }} * {{ _entry(x, s - 1, m, k) }}{{ ' + ' if not loop.last }}{% endfor %} as {{ x }}{{ s }}_{{ i }}_{{ k }}
        {%- endfor %}{% endfor %}{% endfor %}
    from correlation_powers_{{ s - 1 }}
),
{% endfor %}
conditioned as (
    select
        *,
        sqrt(
            {%- for x, scale in [('a', p), ('c', '(' ~ _sum('inflation_', p) ~ ')')] %}
            ({% for i in range(1, p + 1) %}{% for k in range(1, p + 1) %}{{ _entry(x, 7, i, k) }} * {{ _entry(x, 0, k, i) }}{{ ' + ' if not loop.last }}{% endfor %}{{ ' + ' if not loop.last }}{% endfor %})
            / ({% for i in range(1, p + 1) %}{{ _entry(x, 7, i, i) }}{{ ' + ' if not loop.last }}{% endfor %}) * {{ scale }}{{ ' *' if not loop.last }}
            {%- endfor %}
        ) as condition_number
    from correlation_powers_7
),
{% endmacro %}

{# Entry (i, k) of a symmetric matrix of which only the lower triangle is stored. #}
{% macro _entry(matrix, power, i, k) -%}
    {{ matrix }}{{ power }}_{{ [i, k] | max }}_{{ [i, k] | min }}
{%- endmacro %}

{# Σ of the n columns prefix1..prefixn. #}
{% macro _sum(prefix, n) -%}
    {% for m in range(1, n + 1) %}{{ prefix }}{{ m }}{{ ' + ' if not loop.last }}{% endfor %}
{%- endmacro %}
