{{ config(meta={'dagster': {'ref': {'name': 'fct_relative_attribution_daily'}}}) }}
select
    fund,
    benchmark,
    session_date,
    model,
    sum(contribution_pct) as total_pct,
    max(active_return_pct) as active_return_pct
from {{ ref('fct_relative_attribution_daily') }}
group by fund, benchmark, session_date, model
having abs(sum(contribution_pct) - max(active_return_pct)) > 1e-9
