-- What publishers say of every registered series and of every fund's net asset value, in one long table, with the limits of a value.
{% set none_stated = 'cast(null as double)' %}
{# publisher, its relation, and there: what the publisher calls a series (column source_id of series.csv), its level, its distribution #}
{% set published = [
    ('treasury', ref('stg_treasury__par_yields'), 'tenor', 'yield_pct', none_stated),
    ('fred', ref('stg_fred__observations'), 'fred_id', 'value', none_stated),
    ('cboe', ref('stg_cboe__vix'), "'VIX'", 'close_index', none_stated),
    ('yahoo', ref('stg_yahoo__bars'), 'symbol', 'close_usd', 'dividend_usd'),
    ('nasdaq', ref('stg_nasdaq__closes'), 'symbol', 'close_usd', none_stated),
    ('ssga', 'state_street_values', 'fund', 'nav_usd', 'distribution_usd'),
] %}
with

series as (
    select * from {{ ref('series') }}
),

-- State Street lists distributions apart from values
state_street_values as (
    select
        navs.fund,
        navs.observation_date,
        navs.nav_usd,
        distributions.distribution_usd,
        greatest(navs.knowledge_ts, coalesce(distributions.knowledge_ts, navs.knowledge_ts)) as knowledge_ts
    from {{ ref('stg_ssga__nav') }} as navs
    left join {{ ref('stg_ssga__distributions') }} as distributions
        on
            navs.fund = distributions.fund
            and navs.observation_date = distributions.ex_date
),

published as (
    {% for source, relation, source_id, level, distribution in published %}
    select
        '{{ source }}' as source,
        {{ source_id }} as source_id,
        observation_date,
        {{ level }} as level,
        {{ distribution }} as distribution,
        knowledge_ts
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

registered as (
    select
        series.series,
        published.observation_date,
        published.level,
        published.distribution,
        published.knowledge_ts,
        series.least_level,
        series.most_level
    from published
    inner join series
        on
            published.source = series.source
            and published.source_id = series.source_id
    where published.level is not null
),

net_asset_values as (
    select
        'nav:' || fund as series,
        observation_date,
        nav_usd as level,
        ex_dividend_usd as distribution,
        knowledge_ts,
        {{ var('nav_least_usd') }} as least_level,
        {{ var('nav_most_usd') }} as most_level
    from {{ ref('stg_ishares__nav') }}
    where nav_usd is not null
),

final as (
    select * from net_asset_values
    union all
    select * from registered
)

select * from final
