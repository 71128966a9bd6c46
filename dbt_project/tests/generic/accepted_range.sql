{# Fails on rows whose value is below min_value or above max_value; NULL passes, and so does a bound that is not given. #}
{% test accepted_range(model, column_name, min_value=none, max_value=none) %}
{{ config(meta={
    'rule': '{column_name} is {range}.',
    'hint': 'A unit changed, or the document was parsed wrongly.',
}) }}
select *
from {{ model }}
where
    {% if min_value is not none %}{{ column_name }} < {{ min_value }} or {% endif -%}
    {% if max_value is not none %}{{ column_name }} > {{ max_value }} or {% endif -%}
    false
{% endtest %}
