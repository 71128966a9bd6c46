-- A net asset value far from its usual distance to the fund's own market close. A crash is no defect: the close falls with it.
{% set limit_pct = var('quarantine_off_close_pct') %}
with

navs as (
    select * from {{ ref('int_nav_gaps') }}
    where compared_with = 'own close'
),

-- half the limit is enough beside a session beyond it
off_by_half as (
    select
        today.fund,
        today.observation_date,
        today.session_number,
        today.nav_usd,
        today.own_close_usd,
        today.knowledge_ts,
        (exp(today.log_gap - median(past.log_gap)) - 1) * 100 as off_pct
    from navs as today
    inner join navs as past
        on
            today.fund = past.fund
            and past.session_number between today.session_number - {{ var('quarantine_usual_distance_sessions') }} and today.session_number - 1
    group by
        today.fund,
        today.observation_date,
        today.session_number,
        today.nav_usd,
        today.own_close_usd,
        today.log_gap,
        today.knowledge_ts
    having
        count(*) >= {{ var('quarantine_usual_distance_min_obs') }}
        and abs(today.log_gap - median(past.log_gap)) > {{ limit_pct / 100 / 2 }}
),

-- consecutive sessions that are off to the same side: one mistake of a publisher, which seldom begins at full size
episodes as (
    select
        *,
        session_number - row_number() over (partition by fund, off_pct > 0 order by session_number) as episode
    from off_by_half
),

off_the_market as (
    select * from episodes
    qualify max(abs(off_pct)) over (partition by fund, off_pct > 0, episode) > {{ limit_pct }}
),

final as (
    select
        fund,
        observation_date,
        'level' as field,
        nav_usd as quarantined_value,
        'off_the_market' as reason,
        concat({{ number_text('off_pct', 1, true) }}, ' % off its usual distance to the market close of ', {{ number_text('own_close_usd', 2) }}) as detail,
        knowledge_ts
    from off_the_market
)

select * from final
