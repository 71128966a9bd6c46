with

-- a component at one rank is a weighted sum of changes of one or more series
terms as (
    select
        component,
        source_rank,
        series,
        weight,
        transform,
        min_level,
        count(*) over (partition by component, source_rank) as n_terms
    from {{ ref('driver_components') }}
),

term_moves as (
    select
        terms.component,
        terms.source_rank,
        terms.n_terms,
        terms.series,
        changes.session_date,
        changes.sessions_spanned,
        changes.knowledge_ts,
        verdicts.verdict,
        verdicts.evidence,
        coalesce(changes.level < terms.min_level or changes.previous_level < terms.min_level, false) as is_below_floor,
        terms.weight * case terms.transform
            when 'return_pct' then changes.return_pct
            when 'change_bp' then changes.change_bp
        end as weighted_move
    from terms
    inner join {{ ref('int_series_changes') }} as changes
        on terms.series = changes.series
    left join {{ ref('int_series_verdicts') }} as verdicts
        on
            changes.series = verdicts.series
            and changes.session_date = verdicts.session_date
),

combined as (
    select
        component,
        source_rank,
        session_date,
        {{ joined_text('series', ' & ', 'series') }} as source_series,
        max(sessions_spanned) as sessions_spanned,
        max(knowledge_ts) as knowledge_ts,
        max(case when is_below_floor then 1 else 0 end) = 1 as is_below_floor,
        count(weighted_move) = max(n_terms) and min(sessions_spanned) = max(sessions_spanned) as is_complete,
        max(case when verdict = 'rejected' then 1 else 0 end) = 1 as is_rejected,
        max(case when verdict in ('rejected', 'disputed') then 1 else 0 end) = 1 as is_disputed,
        min(case when verdict = 'confirmed' then 1 else 0 end) = 1 as is_confirmed,
        {{ joined_text('evidence', '; ', 'series') }} as evidence,
        sum(weighted_move) as move
    from term_moves
    group by component, source_rank, session_date
),

final as (
    select
        component,
        source_rank,
        session_date,
        source_series,
        sessions_spanned,
        knowledge_ts,
        is_below_floor,
        is_rejected,
        is_disputed,
        is_confirmed,
        evidence,
        case when is_complete and not is_below_floor then move end as move
    from combined
)

select * from final
