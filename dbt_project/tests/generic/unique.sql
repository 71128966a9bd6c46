{# As dbt's own, with a rule shown with the check. #}
{% test unique(model, column_name) %}
{{ config(meta={'rule': '{column_name} is unique.'}) }}
{{ default__test_unique(model, column_name) }}
{% endtest %}
