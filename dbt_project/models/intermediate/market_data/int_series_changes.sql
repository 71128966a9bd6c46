with

sessions as (
    select * from {{ ref('int_sessions') }}
),

-- a change is measured between sessions of the exchange: what a bond market or an issuer publishes on
-- other days waits in the level of the next session
on_sessions as (
    select
        observations.series,
        sessions.session_date,
        sessions.session_number,
        observations.level,
        observations.distribution,
        observations.knowledge_ts
    from {{ ref('int_series_observations') }} as observations
    inner join sessions
        on observations.observation_date = sessions.session_date
),

with_previous as (
    select
        *,
        lag(level) over by_time as previous_level,
        lag(session_date) over by_time as previous_observation_date,
        session_number - lag(session_number) over by_time as sessions_spanned,
        lag(knowledge_ts) over by_time as previous_knowledge_ts
    from on_sessions
    window by_time as (partition by series order by session_number)
),

final as (
    select
        series,
        session_date,
        level,
        distribution,
        previous_level,
        previous_observation_date,
        sessions_spanned,
        case
            when level > 0 and previous_level > 0
                then ((level + coalesce(distribution, 0)) / previous_level - 1) * 100
        end as return_pct,
        (level - previous_level) * 100 as change_bp,
        greatest(knowledge_ts, coalesce(previous_knowledge_ts, knowledge_ts)) as knowledge_ts
    from with_previous
)

select * from final
