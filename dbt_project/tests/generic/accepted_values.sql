{# As dbt's own, with a rule and a hint shown with the check. #}
{% test accepted_values(model, column_name, values, quote=true) %}
{{ config(meta={
    'rule': '{column_name} is one of {values}.',
    'hint': 'The value is new: handle it in the model, or add it to the test.',
}) }}
{{ default__test_accepted_values(model, column_name, values, quote) }}
{% endtest %}
