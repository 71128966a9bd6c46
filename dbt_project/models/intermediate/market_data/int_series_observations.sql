with

series as (
    select * from {{ ref('series') }}
),

quarantine as (
    select
        series,
        observation_date,
        max(case when field = 'level' then 1 else 0 end) = 1 as is_level_refused
    from {{ ref('int_quarantine') }}
    group by series, observation_date
),

-- a quarantined level is no observation; a quarantined distribution was not paid
net_asset_values as (
    select
        'nav:' || navs.fund as series,
        navs.observation_date,
        navs.nav_usd as level,
        case when quarantine.series is null then navs.ex_dividend_usd end as distribution,
        navs.knowledge_ts
    from {{ ref('stg_ishares__nav') }} as navs
    left join quarantine
        on
            quarantine.series = 'nav:' || navs.fund
            and navs.observation_date = quarantine.observation_date
    where navs.nav_usd is not null and not coalesce(quarantine.is_level_refused, false)
),

published as (
    select
        'treasury' as source,
        tenor as source_id,
        observation_date,
        yield_pct as level,
        cast(null as double) as distribution,
        knowledge_ts
    from {{ ref('stg_treasury__par_yields') }}
    union all
    select
        'fred' as source,
        fred_id as source_id,
        observation_date,
        value as level,
        cast(null as double) as distribution,
        knowledge_ts
    from {{ ref('stg_fred__observations') }}
    union all
    select
        'cboe' as source,
        'VIX' as source_id,
        observation_date,
        close_index as level,
        cast(null as double) as distribution,
        knowledge_ts
    from {{ ref('stg_cboe__vix') }}
    union all
    select
        'yahoo' as source,
        symbol as source_id,
        observation_date,
        close_usd as level,
        dividend_usd as distribution,
        knowledge_ts
    from {{ ref('stg_yahoo__bars') }}
    union all
    select
        'nasdaq' as source,
        symbol as source_id,
        observation_date,
        close_usd as level,
        cast(null as double) as distribution,
        knowledge_ts
    from {{ ref('stg_nasdaq__closes') }}
    union all
    select
        'ssga' as source,
        navs.fund as source_id,
        navs.observation_date,
        navs.nav_usd as level,
        distributions.distribution_usd as distribution,
        greatest(navs.knowledge_ts, coalesce(distributions.knowledge_ts, navs.knowledge_ts)) as knowledge_ts
    from {{ ref('stg_ssga__nav') }} as navs
    left join {{ ref('stg_ssga__distributions') }} as distributions
        on
            navs.fund = distributions.fund
            and navs.observation_date = distributions.ex_date
),

registered as (
    select
        series.series,
        published.observation_date,
        published.level,
        published.distribution,
        published.knowledge_ts
    from published
    inner join series
        on
            published.source = series.source
            and published.source_id = series.source_id
    where published.level is not null
),

final as (
    select * from net_asset_values
    union all
    select * from registered
)

select * from final
