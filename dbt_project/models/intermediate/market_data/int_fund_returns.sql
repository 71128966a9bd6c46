with

funds as (
    select * from {{ ref('funds') }}
    where is_attributed
),

changes as (
    select * from {{ ref('int_series_changes') }}
    where sessions_spanned = 1
),

net_asset_value as (
    select
        funds.fund,
        changes.session_date,
        changes.return_pct,
        changes.series,
        changes.knowledge_ts
    from funds
    inner join changes
        on changes.series = 'nav:' || funds.fund
),

market_close as (
    select
        funds.fund,
        changes.session_date,
        changes.return_pct,
        changes.series,
        changes.knowledge_ts
    from funds
    inner join changes
        on changes.series = 'close:' || funds.market_symbol
),


final as (
    select
        coalesce(net_asset_value.fund, market_close.fund) as fund,
        coalesce(net_asset_value.session_date, market_close.session_date) as session_date,
        coalesce(net_asset_value.return_pct, market_close.return_pct) as return_pct,
        market_close.return_pct as close_return_pct,
        case when net_asset_value.return_pct is not null then net_asset_value.series else market_close.series end as source_series,
        net_asset_value.return_pct is not null as is_first_source,
        coalesce(net_asset_value.knowledge_ts, market_close.knowledge_ts) as knowledge_ts
    from net_asset_value
    full outer join market_close
        on
            net_asset_value.fund = market_close.fund
            and net_asset_value.session_date = market_close.session_date
    where coalesce(net_asset_value.return_pct, market_close.return_pct) is not null
)

select * from final
