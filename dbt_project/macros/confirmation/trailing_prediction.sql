{# What the regression over the rows before each row makes of its compared_value, from its witness_value. #}
{% macro trailing_prediction(relation, columns, is_used, window, name) -%}
    select
        {{ columns | join(', ') }},
        slope * witness_value + coalesce(mean_value - slope * mean_witness, 0) as {{ name }}
    from (
        select
            *,
            coalesce((mean_product - mean_value * mean_witness) / nullif(mean_square - mean_witness * mean_witness, 0), 0) as slope
        from (
            select
                {{ columns | join(', ') }},
                avg(case when {{ is_used }} then compared_value end) over before_it as mean_value,
                avg(case when {{ is_used }} then witness_value end) over before_it as mean_witness,
                avg(case when {{ is_used }} then compared_value * witness_value end) over before_it as mean_product,
                avg(case when {{ is_used }} then witness_value * witness_value end) over before_it as mean_square
            from {{ relation }}
            window before_it as ({{ window }})
        ) as moments
    ) as slopes
{%- endmacro %}
