{# Condition of QUALIFY: a pair of lines of which each is the other's first choice by `preference`. #}
{% macro best_of_both(preference, id_before='id_before', id_after='id_after', relation=none) -%}
    {%- set session = 'fund, session_date' if relation is none else relation ~ '.fund, ' ~ relation ~ '.session_date' %}
    row_number() over (partition by {{ session }}, {{ id_before }} order by {{ preference }}, {{ id_after }}) = 1
        and row_number() over (partition by {{ session }}, {{ id_after }} order by {{ preference }}, {{ id_before }}) = 1
{%- endmacro %}

{# CTEs before_<name> and after_<name>: the lines of `before_<source>` and `after_<source>` that `links` did not link. #}
{% macro unlinked(links, name, source=none) -%}
{% for side in ['before', 'after'] %}
{{ side }}_{{ name }} as (
    select lines.*
    from {{ 'lines_' ~ side if source is none else side ~ '_' ~ source }} as lines
    left join {{ links }} as links
        on
            lines.fund = links.fund
            and lines.session_date = links.session_date
            and lines.holding_id = links.id_{{ side }}
    where links.id_{{ side }} is null
),
{% endfor %}
{%- endmacro %}
