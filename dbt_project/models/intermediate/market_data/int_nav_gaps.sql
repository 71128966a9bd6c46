-- What a net asset value is compared with: the fund's own close, else the broad market's for equity, else nothing but itself.
with

bars as (
    select * from {{ ref('stg_yahoo__bars') }}
),

-- the close that replaces the broad market's net asset value in the component it measures
broad_market_symbol as (
    select series.source_id as symbol
    from {{ ref('funds') }} as funds
    inner join {{ ref('driver_components') }} as measured_by_nav
        on measured_by_nav.series = 'nav:' || funds.fund
    inner join {{ ref('driver_components') }} as measured_by_close
        on measured_by_nav.component = measured_by_close.component
    inner join {{ ref('series') }} as series
        on
            measured_by_close.series = series.series
            and series.source = 'yahoo'
    where funds.is_broad_market
    qualify row_number() over (order by measured_by_close.source_rank, series.source_id) = 1
),

broad_market_bars as (
    select
        bars.observation_date,
        bars.close_usd
    from bars
    inner join broad_market_symbol
        on bars.symbol = broad_market_symbol.symbol
    where bars.close_usd > 0
),

final as (
    select
        navs.fund,
        navs.observation_date,
        sessions.session_number,
        navs.nav_usd,
        navs.ex_dividend_usd,
        own.close_usd as own_close_usd,
        own.dividend_usd as own_dividend_usd,
        case
            when funds.asset_class = 'equity' and own.close_usd is not null then 'own close'
            when funds.asset_class = 'equity' and broad_market_bars.close_usd is not null then 'broad market'
            else 'itself'
        end as compared_with,
        ln(
            navs.nav_usd / case
                when funds.asset_class = 'equity' then coalesce(own.close_usd, broad_market_bars.close_usd, 1)
                else 1
            end
        ) as log_gap,
        navs.knowledge_ts
    from {{ ref('stg_ishares__nav') }} as navs
    inner join {{ ref('funds') }} as funds
        on navs.fund = funds.fund
    left join {{ ref('int_sessions') }} as sessions
        on navs.observation_date = sessions.session_date
    left join bars as own
        on
            funds.market_symbol = own.symbol
            and navs.observation_date = own.observation_date
            and own.close_usd > 0
    left join broad_market_bars
        on navs.observation_date = broad_market_bars.observation_date
    where navs.nav_usd > 0
)

select * from final
