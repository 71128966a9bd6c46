{# As dbt's own, but with the whole row: a NULL alone does not say where it is. #}
{% test not_null(model, column_name) %}
{{ config(meta={'rule': '{column_name} is never NULL.'}) }}
select *
from {{ model }}
where {{ column_name }} is null
{% endtest %}
