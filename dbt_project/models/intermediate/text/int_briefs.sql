-- The brief of a day in words. Rendered for the days whose facts, or whose words for them, changed since the last build.
{% set rendered_before = rendered_before('facts_hash') %}
with

final as (
    select
        facts.fund,
        facts.session_date,
        {{ facts_hash('facts.facts') }} as facts_hash,
        {{ template_hash() }} as template_hash,
        {% if rendered_before %}
        case
            when before.facts_hash = {{ facts_hash('facts.facts') }} and before.template_hash = {{ template_hash() }} then before.markdown
            else {{ rendered_text('brief', 'facts.facts') }}
        end as markdown
        {% else %}
        {{ rendered_text('brief', 'facts.facts') }} as markdown
        {% endif %}
    from {{ ref('int_brief_facts') }} as facts
    {% if rendered_before %}
    left join {{ rendered_before }} as before
        on
            facts.fund = before.fund
            and facts.session_date = before.session_date
    {% endif %}
)

select * from final
