{#
    Sums of each term over the last `width` rows, for DuckDB: a sum over 2m rows is the sum over m rows plus the one
    m rows before, so that width 252 takes seven doublings. `lag` with an empty window clause is streamed, in the order
    rows come in: a row costs a tenth of what it costs in a moving sum, which DuckDB answers from a tree of partial
    sums. And as there, nothing is taken away again, so no digits go.

    relation   rows of (line, terms...) in the order of line, which counts without a gap
    Renders a query: line and sum_<term> of each; rows ahead of the first count as nothing. A row that comes out of
    its line is an error, never a number.
#}
{% macro _moving_sums(relation, terms, width) %}
    select
        case when line <> lag(line) over () + 1 then error('moving_sums: a row came out of its line') else line end as line
        {%- for term in terms %},
        sum_{{ term }}
        {%- endfor %}
    from (
        {{ _doubled_sums(relation, terms, width) }}
    ) as summed
{% endmacro %}

{% macro _doubled_sums(relation, terms, width) %}
    {%- set half = width // 2 %}
    select
        line
        {%- for term in terms %},
        {{ term }},
        {% if width == 1 -%}
        {{ term }}
        {%- elif width % 2 == 0 -%}
        sum_{{ term }} + lag(sum_{{ term }}, {{ half }}, 0.0) over ()
        {%- else -%}
        {{ term }} + lag(sum_{{ term }}, 1, 0.0) over () + lag(sum_{{ term }}, {{ half + 1 }}, 0.0) over ()
        {%- endif %} as sum_{{ term }}
        {%- endfor %}
    from {% if width == 1 %}{{ relation }}{% else %}({{ _doubled_sums(relation, terms, half) }}) as over_{{ half }}_rows{% endif %}
{% endmacro %}
