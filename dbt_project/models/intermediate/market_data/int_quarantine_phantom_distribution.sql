-- A distribution that the market did not pay: Yahoo has the day without one, or it is large and the value did not fall by it.
with

navs as (
    select * from {{ ref('int_nav_gaps') }}
),

-- with the rhythm and the size of the one before, it is believed although the market states none
regular as (
    select
        fund,
        observation_date,
        coalesce(
            (session_number - lag(session_number) over by_time)
            / cast(nullif(lag(session_number) over by_time - lag(session_number, 2) over by_time, 0) as double)
            between {{ var('quarantine_usual_interval_ratio')[0] }} and {{ var('quarantine_usual_interval_ratio')[1] }}
            and ex_dividend_usd / lag(ex_dividend_usd) over by_time
            between {{ var('quarantine_usual_size_ratio')[0] }} and {{ var('quarantine_usual_size_ratio')[1] }},
            false
        ) as is_regular
    from navs
    where ex_dividend_usd > 0
    window by_time as (partition by fund order by observation_date)
),

market_dividends as (
    select
        funds.fund,
        bars.observation_date as dividend_date
    from {{ ref('stg_yahoo__bars') }} as bars
    inner join {{ ref('funds') }} as funds
        on bars.symbol = funds.market_symbol
    where bars.dividend_usd > 0
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
        -- a distribution that two publishers state is real, whatever the price did that day
        coalesce(
            abs(navs.own_dividend_usd / nullif(navs.ex_dividend_usd, 0) - 1) < {{ var('quarantine_same_dividend_share') }},
            false
        ) as is_stated_by_market,
        navs.own_close_usd is not null
        and navs.own_dividend_usd is null
        and not coalesce(regular.is_regular, false)
        -- a market that states no dividends at all denies none
        and exists (
            select 1
            from market_dividends
            where
                market_dividends.fund = navs.fund
                and market_dividends.dividend_date
                between navs.observation_date - {{ var('quarantine_dividend_lookback_days') }} and navs.observation_date - 1
        ) as is_denied_by_market
    from navs
    left join regular
        on
            navs.fund = regular.fund
            and navs.observation_date = regular.observation_date
),

final as (
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
        (is_denied_by_market and distribution_pct > {{ var('quarantine_denied_distribution_pct') }})
        or (
            distribution_pct > {{ var('quarantine_large_distribution_pct') }}
            -- half the distribution is enough of a fall: the market may rise that day
            and value_return_pct > -distribution_pct / 2
            and not is_stated_by_market
        )
)

select * from final
