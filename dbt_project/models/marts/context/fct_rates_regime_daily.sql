with

levels as (
    select * from {{ ref('int_levels_daily') }}
),

-- how today's 10-year yield ranks among the sessions of the last one and five years, today included
ranked as (
    select
        today.session_date,
        avg(case when past.session_number > today.session_number - 252 then case when past.ust_10y_pct <= today.ust_10y_pct then 100 else 0 end end)
            as percentile_1y,
        case when count(*) >= 1000 then avg(case when past.ust_10y_pct <= today.ust_10y_pct then 100 else 0 end) end as percentile_5y,
        count(case when past.session_number > today.session_number - 252 then 1 end) as n_1y
    from levels as today
    inner join levels as past
        on
            today.session_number >= past.session_number
            and past.session_number > today.session_number - 1260
    where today.ust_10y_pct is not null and past.ust_10y_pct is not null
    group by today.session_date
),

ranges as (
    select
        session_date,
        case
            when count(ust_10y_pct) over recent >= 15
                then (max(ust_10y_pct) over recent - min(ust_10y_pct) over recent) * 100
        end as range_20d_bp
    from levels
    window recent as (order by session_number rows between 19 preceding and current row)
),

final as (
    select
        cast(levels.session_date as date) as session_date,
        cast(levels.ust_2y_pct as double) as ust_2y_pct,
        cast(levels.ust_10y_pct as double) as ust_10y_pct,
        cast((levels.ust_10y_pct - levels.ust_2y_pct) * 100 as double) as slope_bp,
        cast(levels.real_10y_pct as double) as real_10y_pct,
        cast(levels.breakeven_10y_pct as double) as breakeven_10y_pct,
        cast(ranges.range_20d_bp as double) as range_20d_bp,
        cast(case when ranked.n_1y >= 200 then ranked.percentile_1y end as double) as percentile_1y,
        cast(ranked.percentile_5y as double) as percentile_5y,
        cast(levels.vix_index as double) as vix_index,
        cast(levels.hy_oas_pct as double) as hy_oas_pct,
        cast(levels.broad_dollar_index as double) as broad_dollar_index
    from levels
    left join ranked
        on levels.session_date = ranked.session_date
    left join ranges
        on levels.session_date = ranges.session_date
)

select * from final
