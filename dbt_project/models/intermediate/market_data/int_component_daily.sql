with

candidates as (
    select * from {{ ref('int_component_candidates') }}
),

components as (
    select distinct
        component,
        driver,
        unit
    from {{ ref('driver_components') }}
),

-- the best ranked source that has a value that day; one that the other publishers reject only if there is no other
chosen as (
    select *
    from candidates
    where move is not null
    qualify row_number() over (
        partition by component, session_date order by case when is_rejected then 1 else 0 end, source_rank
    ) = 1
),

-- what is said of the values that are disputed, and of those that are not used because two publishers reject them
doubted_moves as (
    select
        candidates.component,
        candidates.session_date,
        {{ joined_text('candidates.evidence', '; ', 'candidates.source_rank') }} as evidence
    from candidates
    inner join chosen
        on
            candidates.component = chosen.component
            and candidates.session_date = chosen.session_date
            and (candidates.source_rank <= chosen.source_rank or candidates.is_rejected)
    where candidates.move is not null
    group by candidates.component, candidates.session_date
),

refused_by_floor as (
    select
        component,
        session_date
    from candidates
    where is_below_floor
    group by component, session_date
),

last_published as (
    select
        component,
        max(session_date) as last_session_date
    from candidates
    where source_rank = 1
    group by component
),

final as (
    select
        sessions.session_date,
        components.component,
        components.driver,
        components.unit as move_unit,
        chosen.move,
        chosen.source_rank,
        chosen.source_series,
        chosen.sessions_spanned,
        chosen.knowledge_ts,
        coalesce(chosen.is_disputed, false) as is_disputed,
        coalesce(chosen.is_confirmed, false) as is_confirmed,
        doubted_moves.evidence,
        coalesce(chosen.source_rank = 1 and chosen.sessions_spanned = 1 and not coalesce(chosen.is_disputed, false), false) as is_estimable,
        -- a later observation of the same series proves that this one will never come
        case
            when chosen.move is not null then null
            when refused_by_floor.component is not null then 'oil_price_floor'
            when last_published.last_session_date > sessions.session_date then 'market_closed'
            else 'not_yet'
        end as missing_reason
    from {{ ref('int_sessions') }} as sessions
    cross join components
    left join chosen
        on
            sessions.session_date = chosen.session_date
            and components.component = chosen.component
    left join doubted_moves
        on
            sessions.session_date = doubted_moves.session_date
            and components.component = doubted_moves.component
    left join refused_by_floor
        on
            sessions.session_date = refused_by_floor.session_date
            and components.component = refused_by_floor.component
    left join last_published
        on components.component = last_published.component
)

select * from final
