{# As dbt's own, but with the whole row: a NULL alone does not say where it is. #}
{% macro default__test_not_null(model, column_name) %}
select *
from {{ model }}
where {{ column_name }} is null
{% endmacro %}
