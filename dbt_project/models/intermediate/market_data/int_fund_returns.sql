with

funds as (
    select * from {{ ref('funds') }}
    where is_attributed
),

changes as (
    select
        changes.series,
        changes.session_date,
        changes.return_pct,
        changes.knowledge_ts,
        coalesce(verdicts.verdict, 'unconfirmed') as verdict,
        verdicts.evidence
    from {{ ref('int_series_changes') }} as changes
    left join {{ ref('int_series_verdicts') }} as verdicts
        on
            changes.series = verdicts.series
            and changes.session_date = verdicts.session_date
    where changes.sessions_spanned = 1
),

net_asset_value as (
    select
        funds.fund,
        changes.*
    from funds
    inner join changes
        on changes.series = 'nav:' || funds.fund
),

market_close as (
    select
        funds.fund,
        changes.*
    from funds
    inner join changes
        on changes.series = 'close:' || funds.market_symbol
),

-- a net asset value that the other publishers reject is used only where there is no market close
beside_each_other as (
    select
        coalesce(net_asset_value.fund, market_close.fund) as fund,
        coalesce(net_asset_value.session_date, market_close.session_date) as session_date,
        net_asset_value.return_pct is not null
        and not (net_asset_value.verdict = 'rejected' and market_close.return_pct is not null) as is_first_source,
        net_asset_value.series as nav_series,
        net_asset_value.return_pct as nav_return_pct,
        net_asset_value.verdict as nav_verdict,
        net_asset_value.evidence as nav_evidence,
        net_asset_value.knowledge_ts as nav_knowledge_ts,
        market_close.series as close_series,
        market_close.return_pct as close_return_pct,
        market_close.verdict as close_verdict,
        market_close.evidence as close_evidence,
        market_close.knowledge_ts as close_knowledge_ts
    from net_asset_value
    full outer join market_close
        on
            net_asset_value.fund = market_close.fund
            and net_asset_value.session_date = market_close.session_date
),

final as (
    select
        fund,
        session_date,
        case when is_first_source then nav_return_pct else close_return_pct end as return_pct,
        close_return_pct,
        case when is_first_source then nav_series else close_series end as source_series,
        is_first_source,
        case when is_first_source then nav_verdict else close_verdict end in ('disputed', 'rejected') as is_disputed,
        case when is_first_source then nav_verdict else close_verdict end = 'confirmed' as is_confirmed,
        case when is_first_source then nav_evidence else coalesce(nav_evidence, close_evidence) end as evidence,
        coalesce(case when is_first_source then nav_knowledge_ts end, close_knowledge_ts, nav_knowledge_ts) as knowledge_ts
    from beside_each_other
    where coalesce(nav_return_pct, close_return_pct) is not null
)

select * from final
