{#
    A component's move, or the part of it that belongs to one branch of the day.

    all      the move itself
    news     the move on sessions when the 10-year yield and the broad market moved in opposite directions, else 0
    growth   the move on all other sessions, else 0; a change of zero counts as growth

    The broad market's sign decides, never the fund's own. NULL where the branch is unknown.
#}
{% macro branch_value(component, branch) -%}
    {%- if branch == 'all' -%}
        {{ component }}
    {%- elif branch == 'news' -%}
        case when d10 * market < 0 then {{ component }} when d10 * market >= 0 then 0 * {{ component }} end
    {%- elif branch == 'growth' -%}
        case when d10 * market >= 0 then {{ component }} when d10 * market < 0 then 0 * {{ component }} end
    {%- else -%}
        {{ exceptions.raise_compiler_error("attribution_models.csv: branch is all, news or growth, not " ~ branch) }}
    {%- endif -%}
{%- endmacro %}
