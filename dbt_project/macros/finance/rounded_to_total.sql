{#
    A part of a total rounded to 0.01, so that the rounded parts of a group add up to the rounded total (largest remainder):
    every part is rounded down, and the missing hundredths go to the largest remainders, in ties to the first position.
    `group_by` are the columns of a group.
#}
{% macro rounded_to_total(part, rounded_total, group_by, position) -%}
    (
        floor({{ part }} * 100)
        + case
            when
                row_number() over (
                    partition by {{ group_by | join(', ') }}
                    order by {{ part }} * 100 - floor({{ part }} * 100) desc, {{ position }} asc
                ) <= round({{ rounded_total }} * 100 - sum(floor({{ part }} * 100)) over (partition by {{ group_by | join(', ') }}))
                then 1
            else 0
        end
    ) / 100
{%- endmacro %}
