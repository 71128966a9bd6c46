-- A net asset value in a transient spike, of a fund without a market close of its own. A crash does not come back within days.
{% set limit = var('quarantine_out_and_back_pct') / 100 %}
with

navs as (
    select * from {{ ref('int_nav_gaps') }}
    where session_number is not null
),

jumps as (
    select
        fund,
        session_number,
        compared_with,
        log_gap,
        lag(log_gap) over by_time as log_gap_before,
        log_gap - lag(log_gap) over by_time as jump
    from navs
    where compared_with <> 'own close'
    window by_time as (partition by fund, compared_with order by session_number)
),

spikes as (
    select
        away.fund,
        away.session_number as first_session,
        min(back.session_number) - 1 as last_session,
        (exp(max(away.jump)) - 1) * 100 as off_pct
    from jumps as away
    inner join jumps as back
        on
            away.fund = back.fund
            and away.compared_with = back.compared_with
            and back.session_number between away.session_number + 1 and away.session_number + {{ var('quarantine_back_within_sessions') }}
            and back.jump * away.jump < 0
            and abs(back.jump) > {{ limit }}
            -- back: within a third of the limit of where it was
            and abs(back.log_gap - away.log_gap_before) < {{ limit / 3 }}
    where abs(away.jump) > {{ limit }}
    group by away.fund, away.session_number
),

-- where spikes overlap, the largest
in_a_spike as (
    select
        navs.fund,
        navs.observation_date,
        navs.nav_usd,
        navs.compared_with,
        navs.knowledge_ts,
        max_by(spikes.off_pct, abs(spikes.off_pct)) as off_pct
    from navs
    inner join spikes
        on
            navs.fund = spikes.fund
            and navs.session_number between spikes.first_session and spikes.last_session
    group by navs.fund, navs.observation_date, navs.nav_usd, navs.compared_with, navs.knowledge_ts
),

final as (
    select
        fund,
        observation_date,
        'level' as field,
        nav_usd as quarantined_value,
        'out_and_back' as reason,
        concat(
            {{ number_text('off_pct', 1, true) }}, ' % off in a transient spike, against ', compared_with,
            ', and back within {{ var('quarantine_back_within_sessions') }} sessions'
        ) as detail,
        knowledge_ts
    from in_a_spike
)

select * from final
