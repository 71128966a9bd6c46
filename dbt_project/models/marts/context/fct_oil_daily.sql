with

levels as (
    select * from {{ ref('int_levels_daily') }}
),

moves as (
    select
        session_date,
        max(case when component = 'oil' and source_rank = 1 then move end) as oil_proxy_return_pct,
        max(case when component = 'oil' and source_series = 'fred:DCOILWTICO' then move end) as spot_return_pct
    from {{ ref('int_component_candidates') }}
    where sessions_spanned = 1
    group by session_date
),

final as (
    select
        cast(levels.session_date as date) as session_date,
        cast(levels.wti_usd as double) as wti_usd,
        cast(levels.brent_usd as double) as brent_usd,
        cast(moves.oil_proxy_return_pct as double) as oil_proxy_return_pct,
        cast(moves.spot_return_pct - moves.oil_proxy_return_pct as double) as spot_proxy_gap_pct
    from levels
    left join moves
        on levels.session_date = moves.session_date
)

select * from final
