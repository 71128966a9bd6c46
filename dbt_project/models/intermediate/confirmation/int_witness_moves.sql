-- The move of a series beside that of each of its witnesses, where both span the same sessions.
{% set is_same_security = "split_part(witnesses.series, ':', 2) = split_part(witnesses.witness, ':', 2)" %}
with

changes as (
    select
        changes.series,
        changes.session_date,
        changes.previous_observation_date,
        changes.level,
        changes.previous_level,
        changes.knowledge_ts,
        changes.distribution,
        case when series.unit = 'pct' then changes.change_bp else changes.return_pct end as move,
        case
            when series.unit = 'pct' then changes.change_bp
            when changes.level > 0 and changes.previous_level > 0 then (changes.level / changes.previous_level - 1) * 100
        end as move_without_distribution,
        -- Nasdaq states none: its closes say nothing of a distribution
        max(changes.distribution) over (
            partition by changes.series order by changes.session_date
            rows between {{ var('distribution_window') }} preceding and current row
        ) > 0 as states_distributions,
        -- none in a year before, or another one within three weeks: a real one has a rhythm
        coalesce(changes.distribution, 0) > 0
        and (
            coalesce(max(changes.distribution) over (
                partition by changes.series order by changes.session_date
                rows between {{ var('distribution_window') }} preceding and 1 preceding
            ), 0) = 0
            or coalesce(max(changes.distribution) over (
                partition by changes.series order by changes.session_date
                rows between {{ var('distribution_least_sessions') }} preceding and 1 preceding
            ), 0) > 0
        ) as is_unusual_distribution,
        coalesce(series.unit, 'usd') = 'pct' as is_yield
    from {{ ref('int_series_changes') }} as changes
    left join {{ ref('series') }} as series
        on changes.series = series.series
    where changes.sessions_spanned is not null
),

final as (
    select
        witnesses.series,
        witnesses.witness,
        witnesses.kind,
        witnesses.agree_floor,
        witnesses.disagree_floor,
        judged.session_date,
        greatest(judged.knowledge_ts, coalesce(witnessing.knowledge_ts, judged.knowledge_ts)) as knowledge_ts,
        judged.is_yield,
        judged.level,
        judged.move as value,
        -- prices of one security fall by a distribution at every publisher; those of two securities do not
        case
            when {{ is_same_security }} and judged.distribution > 0 and not coalesce(witnessing.states_distributions, false)
                then judged.move_without_distribution
            else judged.move
        end as compared_value,
        witnessing.level as witness_level,
        witnessing.move as witness_value,
        coalesce(judged.distribution, 0) > 0 as is_distribution_day,
        coalesce(witnessing.states_distributions, false) as witness_states_distributions,
        {{ is_same_security }} as is_same_security,
        judged.is_unusual_distribution,
        -- a yield is often the same on two days; a price or a net asset value hardly ever
        not judged.is_yield and judged.level = judged.previous_level as is_unchanged
    from {{ ref('witnesses') }} as witnesses
    inner join changes as judged
        on witnesses.series = judged.series
    left join changes as witnessing
        on
            witnesses.witness = witnessing.series
            and judged.session_date = witnessing.session_date
            and judged.previous_observation_date = witnessing.previous_observation_date
    where judged.move is not null
)

select * from final
