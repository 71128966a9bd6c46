-- Well-formed values that cannot be meant: kept in raw, listed here with the reason, left out of every calculation.
-- A crash is no defect: the market's own close falls with it, and it does not come back within days.
with

sessions as (
    select * from {{ ref('int_sessions') }}
),

bounds as (
    select
        min(session_date) as first_date,
        max(session_date) as last_date
    from sessions
),

bars as (
    select * from {{ ref('stg_yahoo__bars') }}
),

-- what a fund's value is compared with: its own close, else the broad market's for equity, else nothing
navs as (
    select
        navs.fund,
        navs.observation_date,
        navs.nav_usd,
        navs.ex_dividend_usd,
        navs.knowledge_ts,
        sessions.session_number,
        own.close_usd as own_close_usd,
        own.close_usd is not null and own.dividend_usd is null as is_bar_without_dividend,
        -- a distribution that two publishers state is real, whatever the price did that day
        coalesce(abs(own.dividend_usd / nullif(navs.ex_dividend_usd, 0) - 1) < 0.2, false) as is_stated_by_market,
        case
            when funds.asset_class = 'equity' and own.close_usd is not null then 'own close'
            when funds.asset_class = 'equity' and broad.close_usd is not null then 'broad market'
            else 'itself'
        end as held_against,
        ln(
            navs.nav_usd / case
                when funds.asset_class = 'equity' then coalesce(own.close_usd, broad.close_usd, 1)
                else 1
            end
        ) as gap
    from {{ ref('stg_ishares__nav') }} as navs
    inner join {{ ref('funds') }} as funds
        on navs.fund = funds.fund
    left join sessions
        on navs.observation_date = sessions.session_date
    left join bars as own
        on
            funds.market_symbol = own.symbol
            and navs.observation_date = own.observation_date
            and own.close_usd > 0
    left join bars as broad
        on
            broad.symbol = 'SPY'
            and navs.observation_date = broad.observation_date
            and broad.close_usd > 0
    where navs.nav_usd > 0
),

-- with a close of its own: how far a value is from its usual distance to it, over the ten sessions before
distances as (
    select
        today.fund,
        today.observation_date,
        today.session_number,
        today.nav_usd,
        today.own_close_usd,
        today.knowledge_ts,
        (exp(today.gap - median(past.gap)) - 1) * 100 as off_pct
    from navs as today
    inner join navs as past
        on
            today.fund = past.fund
            and past.held_against = 'own close'
            and past.session_number between today.session_number - 10 and today.session_number - 1
    where today.held_against = 'own close'
    group by
        today.fund,
        today.observation_date,
        today.session_number,
        today.nav_usd,
        today.own_close_usd,
        today.gap,
        today.knowledge_ts
    having
        count(*) >= 5
        and abs(today.gap - median(past.gap)) > {{ var('quarantine_off_close_pct') / 200 }}
),

-- consecutive sessions that are off to the same side: one mistake of a publisher, which seldom begins at full size
episodes as (
    select
        *,
        session_number - row_number() over (partition by fund, off_pct > 0 order by session_number) as episode
    from distances
),

off_the_market as (
    select * from episodes
    qualify max(abs(off_pct)) over (partition by fund, off_pct > 0, episode) > {{ var('quarantine_off_close_pct') }}
),

jumps as (
    select
        fund,
        observation_date,
        session_number,
        held_against,
        gap,
        lag(gap) over by_time as gap_before,
        gap - lag(gap) over by_time as jump
    from navs
    where session_number is not null and held_against <> 'own close'
    window by_time as (partition by fund, held_against order by session_number)
),

-- without one: a transient spike, out and back to its level within a week
excursions as (
    select
        away.fund,
        away.session_number as first_session,
        min(back.session_number) - 1 as last_session,
        (exp(max(away.jump)) - 1) * 100 as off_pct
    from jumps as away
    inner join jumps as back
        on
            away.fund = back.fund
            and away.held_against = back.held_against
            and back.session_number between away.session_number + 1 and away.session_number + 5
            and back.jump * away.jump < 0
            and abs(back.jump) > {{ var('quarantine_out_and_back_pct') / 100 }}
            and abs(back.gap - away.gap_before) < {{ var('quarantine_out_and_back_pct') / 300 }}
    where abs(away.jump) > {{ var('quarantine_out_and_back_pct') / 100 }}
    group by away.fund, away.session_number
),

out_and_back as (
    select
        navs.fund,
        navs.observation_date,
        navs.nav_usd,
        navs.held_against,
        navs.knowledge_ts,
        max_by(excursions.off_pct, abs(excursions.off_pct)) as off_pct
    from navs
    inner join excursions
        on
            navs.fund = excursions.fund
            and navs.session_number between excursions.first_session and excursions.last_session
    group by navs.fund, navs.observation_date, navs.nav_usd, navs.held_against, navs.knowledge_ts
),

confirmed as (
    select
        symbol,
        observation_date as dividend_date
    from bars
    where dividend_usd > 0
),

-- a distribution with the rhythm and the size of the one before is believed although the market states none
regular as (
    select
        fund,
        observation_date,
        coalesce(
            (session_number - lag(session_number) over by_time)
            / cast(nullif(lag(session_number) over by_time - lag(session_number, 2) over by_time, 0) as double) between 0.7 and 1.4
            and ex_dividend_usd / lag(ex_dividend_usd) over by_time between 0.5 and 2,
            false
        ) as is_regular
    from navs
    where ex_dividend_usd > 0
    window by_time as (partition by fund order by observation_date)
),

distributions as (
    select
        navs.fund,
        navs.observation_date,
        navs.ex_dividend_usd,
        navs.knowledge_ts,
        navs.ex_dividend_usd / navs.nav_usd * 100 as distribution_pct,
        (navs.nav_usd / nullif(lag(navs.nav_usd) over (partition by navs.fund order by navs.observation_date), 0) - 1) * 100
            as value_return_pct,
        navs.is_stated_by_market,
        navs.is_bar_without_dividend
        and not coalesce(regular.is_regular, false)
        and exists (
            select 1
            from confirmed
            inner join {{ ref('funds') }} as funds
                on confirmed.symbol = funds.market_symbol
            where
                funds.fund = navs.fund
                and confirmed.dividend_date between navs.observation_date - 400 and navs.observation_date - 1
        ) as is_denied_by_market
    from navs
    left join regular
        on
            navs.fund = regular.fund
            and navs.observation_date = regular.observation_date
),

findings as (
    select
        navs.fund,
        navs.observation_date,
        'level' as field,
        navs.nav_usd as quarantined_value,
        'not_a_session' as reason,
        'the exchange was closed that day' as detail,
        navs.knowledge_ts
    from navs
    cross join bounds
    where
        navs.session_number is null
        and navs.observation_date between bounds.first_date and bounds.last_date
    union all
    select
        fund,
        observation_date,
        'level' as field,
        nav_usd as quarantined_value,
        'off_the_market' as reason,
        concat({{ number_text('off_pct', 1, true) }}, ' % off its usual distance to the market close of ', {{ number_text('own_close_usd', 2) }}) as detail,
        knowledge_ts
    from off_the_market
    union all
    select
        fund,
        observation_date,
        'level' as field,
        nav_usd as quarantined_value,
        'out_and_back' as reason,
        concat({{ number_text('off_pct', 1, true) }}, ' % off in a transient spike, against ', held_against, ', and back within five sessions') as detail,
        knowledge_ts
    from out_and_back
    union all
    select
        fund,
        observation_date,
        'distribution' as field,
        ex_dividend_usd as quarantined_value,
        'phantom_distribution' as reason,
        case
            when is_denied_by_market then 'the market paid no dividend that day'
            else concat('a distribution of ', {{ number_text('distribution_pct', 1) }}, ' % without a fall of the value')
        end as detail,
        knowledge_ts
    from distributions
    where
        (is_denied_by_market and distribution_pct > 0.05)
        or (distribution_pct > 4 and value_return_pct > -distribution_pct / 2 and not is_stated_by_market)
),

final as (
    select
        'nav:' || fund as series,
        observation_date,
        field,
        quarantined_value,
        reason,
        detail,
        knowledge_ts
    from findings
)

select * from final
