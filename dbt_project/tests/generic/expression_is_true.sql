{# Fails on rows for which the expression is false or unknown. #}
{% test expression_is_true(model, expression) %}
{{ config(meta={'rule': 'For every row: {expression}.'}) }}
select *
from {{ model }}
where not coalesce({{ expression }}, false)
{% endtest %}
