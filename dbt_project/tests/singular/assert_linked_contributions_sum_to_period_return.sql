{{ config(meta={'dagster': {'ref': {'name': 'fct_attribution_period'}}}) }}
select
    fund,
    period,
    period_end,
    model,
    sum(contribution_pct) as total_pct,
    max(period_return_pct) as period_return_pct
from {{ ref('fct_attribution_period') }}
group by fund, period, period_end, model
having abs(sum(contribution_pct) - max(period_return_pct)) > 1e-9
