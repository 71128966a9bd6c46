{# As dbt's own, with a rule and a hint shown with the check. #}
{% test relationships(model, column_name, to, field) %}
{{ config(meta={
    'rule': 'Every {column_name} is a {field} of {to}.',
    'hint': 'Its registry does not have the value: add it there, or filter it in staging.',
}) }}
{{ default__test_relationships(model, column_name, to, field) }}
{% endtest %}
