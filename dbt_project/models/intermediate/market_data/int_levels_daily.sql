{% set levels = {
    'ust:2y': 'ust_2y_pct',
    'ust:10y': 'ust_10y_pct',
    'fred:DFII10': 'real_10y_pct',
    'fred:T10YIE': 'breakeven_10y_pct',
    'fred:DCOILWTICO': 'wti_usd',
    'fred:DCOILBRENTEU': 'brent_usd',
    'vix:close': 'vix_index',
    'fred:BAMLH0A0HYM2': 'hy_oas_pct',
    'fred:DTWEXBGS': 'broad_dollar_index',
} %}
-- Levels as published for a session, side by side. Nothing is carried forward: no observation, no number; nor is there one where
-- the other publishers reject the value.
with

final as (
    select
        sessions.session_date,
        {% for series, column in levels.items() %}
        max(case when observations.series = '{{ series }}' then observations.level end) as {{ column }},
        {% endfor %}
        sessions.session_number
    from {{ ref('int_sessions') }} as sessions
    inner join {{ ref('int_series_observations') }} as observations
        on sessions.session_date = observations.observation_date
    left join {{ ref('int_series_verdicts') }} as verdicts
        on
            observations.series = verdicts.series
            and observations.observation_date = verdicts.session_date
    where coalesce(verdicts.verdict, 'unconfirmed') <> 'rejected'
    group by sessions.session_date, sessions.session_number
)

select * from final
