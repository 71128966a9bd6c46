{# Fails when two rows share the grain, or a part of it is NULL. #}
{% test unique_combination_of_columns(model, combination_of_columns) %}
{{ config(meta={
    'rule': 'One row per {combination_of_columns}.',
    'hint': 'A join multiplies rows, or a source sent a row twice.',
}) }}
select
    {{ combination_of_columns | join(', ') }},
    count(*) as n_rows
from {{ model }}
group by {{ combination_of_columns | join(', ') }}
having
    count(*) > 1
    {%- for column in combination_of_columns %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
