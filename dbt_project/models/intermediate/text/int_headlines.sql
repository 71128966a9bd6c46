-- The headline of a day in words. Rendered for the days whose facts, or whose words for them, changed since the last build.
{% set rendered_before = rendered_before('facts') %}
with

final as (
    select
        facts.model,
        facts.fund,
        facts.session_date,
        facts.headline_kind,
        facts.facts,
        {{ template_hash() }} as template_hash,
        {% if rendered_before %}
        case
            when before.facts = facts.facts and before.template_hash = {{ template_hash() }} then before.headline
            else {{ rendered_text('headline', 'facts.facts') }}
        end as headline
        {% else %}
        {{ rendered_text('headline', 'facts.facts') }} as headline
        {% endif %}
    from {{ ref('int_headline_facts') }} as facts
    {% if rendered_before %}
    left join {{ rendered_before }} as before
        on
            facts.model = before.model
            and facts.fund = before.fund
            and facts.session_date = before.session_date
    {% endif %}
)

select * from final
