"""The query behind each figure of the page, as a reader can run it on the release.

`{fund}`, `{model}` and `{date}` stand for what is chosen on the page. A test runs each and compares it with
what the page draws.
"""

FIGURES = {
    "day": """
select driver, rounded_contribution_pct, contribution_pct, contribution_se_pct, order_min_pct, order_max_pct
from marts.fct_driver_attribution_daily
where fund = '{fund}' and model = '{model}' and session_date = '{date}'
order by rank
""",
    "history": """
select session_date, driver, contribution_pct
from marts.fct_driver_attribution_daily
where fund = '{fund}' and model = '{model}' and session_date <= '{date}'
order by session_date desc, driver
limit 300
""",
    "periods": """
select period, driver, contribution_pct, period_return_pct, n_sessions, is_complete
from marts.fct_attribution_period
where fund = '{fund}' and model = '{model}' and period_end = '{date}' and period in ('MTD', 'QTD', 'YTD', '1Y')
order by period_start desc, driver
""",
    "betas": """
select component, session_date, beta, beta_lower, beta_upper
from marts.fct_driver_beta_daily
where fund = '{fund}'
qualify row_number() over (partition by component, date_trunc('week', session_date) order by session_date desc) = 1
order by component, session_date
""",
    "yields": """
select session_date, ust_2y_pct, ust_10y_pct, slope_bp, real_10y_pct, breakeven_10y_pct, range_20d_bp, percentile_1y
from marts.fct_rates_regime_daily
order by session_date desc
limit 252
""",
    "oil": """
select session_date, wti_usd, brent_usd, oil_proxy_return_pct
from marts.fct_oil_daily
order by session_date desc
limit 252
""",
    "scenarios": """
select shock, view, impact_pct, impact_se_pct
from marts.fct_scenario
where fund = '{fund}' and session_date = '{date}'
order by position, view
""",
    "sectors": """
select sector, weight_start_pct, return_pct, contribution_pct
from marts.fct_sector_contribution_daily
where fund = '{fund}' and session_date = '{date}'
order by contribution_pct desc
""",
    "movers": """
select holding_id, weight_start_pct, return_pct, contribution_pct
from marts.fct_holding_contribution_daily
where fund = '{fund}' and session_date = '{date}' and contribution_pct is not null
order by contribution_pct desc, holding_id
""",
    "sources": """
select source, outcome, freshness, last_observation_date, expected_date, detail
from marts.fct_source_health
order by source
""",
}
