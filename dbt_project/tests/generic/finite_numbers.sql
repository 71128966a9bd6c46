{# Fails on a NaN or an infinity in any floating-point column of the model. #}
{% test finite_numbers(model) %}
{{ config(meta={
    'rule': 'No number is infinite or not a number.',
    'hint': 'A division by zero, or a logarithm of zero: guard the expression, or make it NULL.',
}) }}
{% set ns = namespace(columns=[]) %}
{% if execute %}
    {% for column in adapter.get_columns_in_relation(model) if column.is_float() or column.data_type | upper == 'DOUBLE' %}
        {% do ns.columns.append(column.name) %}
    {% endfor %}
{% endif %}
select *
from {{ model }}
where
    {% for column in ns.columns %}
    abs({{ column }}) > 1e300 or isnan({{ column }}) or
    {% endfor %}
    false
{% endtest %}
