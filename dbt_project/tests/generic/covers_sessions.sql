{# Fails on sessions between the first and the last of a group without a row of the group. #}
{% test covers_sessions(model, column_name, group_by) %}
{{ config(meta={
    'rule': '{column_name} has every session between its first and its last.',
    'hint': 'A gap of the source: a later run fills it when the source delivers, or `macrotape backfill` if it has.',
}) }}
with

bounds as (
    select
        {{ group_by | join(', ') }},
        min({{ column_name }}) as first_date,
        max({{ column_name }}) as last_date
    from {{ model }}
    group by {{ group_by | join(', ') }}
)

select
    bounds.*,
    sessions.session_date as missing_session
from bounds
inner join {{ ref('int_sessions') }} as sessions
    on sessions.session_date between bounds.first_date and bounds.last_date
left join {{ model }} as present
    on
        sessions.session_date = present.{{ column_name }}
        {%- for column in group_by %}
        and bounds.{{ column }} = present.{{ column }}
        {%- endfor %}
where present.{{ column_name }} is null
{% endtest %}
