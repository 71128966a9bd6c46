{{ config(meta={'skip_downstream_if_unchanged': true}) }}
-- The exchange's calendar is a forecast: a session on which nothing traded was none. The evidence is that no publisher
-- of session prices has an observation of that date, while at least two have earlier and later ones.
with

published_dates as (
    select distinct
        'ishares' as publisher,
        observation_date
    from {{ ref('stg_ishares__nav') }}
    union all
    select distinct
        'yahoo' as publisher,
        observation_date
    from {{ ref('stg_yahoo__bars') }}
    union all
    select distinct
        'nasdaq' as publisher,
        observation_date
    from {{ ref('stg_nasdaq__closes') }}
    union all
    select distinct
        'cboe' as publisher,
        observation_date
    from {{ ref('stg_cboe__vix') }}
),

publishers as (
    select
        publisher,
        min(observation_date) as first_date,
        max(observation_date) as last_date
    from published_dates
    group by publisher
),

expected as (
    select
        sessions.session_date,
        sessions.knowledge_ts,
        publishers.publisher,
        published_dates.observation_date is not null as is_published
    from {{ ref('stg_xnys__sessions') }} as sessions
    inner join publishers
        on
            sessions.session_date > publishers.first_date
            and sessions.session_date < publishers.last_date
    left join published_dates
        on
            sessions.session_date = published_dates.observation_date
            and publishers.publisher = published_dates.publisher
),

final as (
    select
        session_date,
        count(*) as n_publishers,
        {{ joined_text('publisher', ', ', 'publisher') }} as publishers,
        max(knowledge_ts) as knowledge_ts
    from expected
    group by session_date
    having count(*) >= 2 and max(case when is_published then 1 else 0 end) = 0
)

select * from final
