with

series as (
    select * from {{ ref('series') }}
),

net_asset_values as (
    select
        'nav:' || fund as series,
        observation_date,
        nav_usd as level,
        ex_dividend_usd as distribution,
        knowledge_ts
    from {{ ref('stg_ishares__nav') }}
    where nav_usd is not null
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
