-- One number from two sources, side by side: a gap beyond tolerance needs a person to check it.
with

levels as (
    select * from {{ ref('fct_rates_regime_daily') }}
),

nav_against_close as (
    select
        'nav_against_close' as check_name,
        returns.fund as subject,
        returns.session_date,
        returns.return_pct as left_value,
        returns.close_return_pct as right_value,
        2.5 as tolerance
    from {{ ref('int_fund_returns') }} as returns
    where returns.is_first_source and returns.close_return_pct is not null
),

spot_against_proxy as (
    select
        'spot_against_proxy' as check_name,
        'oil' as subject,
        session_date,
        oil_proxy_return_pct + spot_proxy_gap_pct as left_value,
        oil_proxy_return_pct as right_value,
        15.0 as tolerance
    from {{ ref('fct_oil_daily') }}
    where spot_proxy_gap_pct is not null
),

-- published to the hundredth: three roundings can add up to two of them
breakeven as (
    select
        'breakeven' as check_name,
        '10-year' as subject,
        session_date,
        breakeven_10y_pct as left_value,
        ust_10y_pct - real_10y_pct as right_value,
        0.025 as tolerance
    from levels
    where breakeven_10y_pct is not null and ust_10y_pct is not null and real_10y_pct is not null
),

checked as (
    select * from nav_against_close
    union all
    select * from spot_against_proxy
    union all
    select * from breakeven
),

final as (
    select
        cast(check_name as string) as check_name,
        cast(subject as string) as subject,
        cast(session_date as date) as session_date,
        cast(left_value as double) as left_value,
        cast(right_value as double) as right_value,
        cast(left_value - right_value as double) as gap,
        cast(tolerance as double) as tolerance,
        cast(abs(left_value - right_value) <= tolerance as boolean) as is_within
    from checked
)

select * from final
