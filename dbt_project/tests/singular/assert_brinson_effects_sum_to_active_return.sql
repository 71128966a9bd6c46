{{ config(meta={'dagster': {'ref': {'name': 'fct_brinson_period'}}}) }}
select
    fund,
    'session' as period,
    session_date as period_end,
    sum(allocation_pct + selection_pct) as total_pct,
    max(active_return_pct) as active_return_pct
from {{ ref('fct_brinson_daily') }}
group by fund, benchmark, session_date
having abs(sum(allocation_pct + selection_pct) - max(active_return_pct)) > 1e-9
union all
select
    fund,
    period,
    period_end,
    sum(allocation_pct + selection_pct) as total_pct,
    max(active_return_pct) as active_return_pct
from {{ ref('fct_brinson_period') }}
group by fund, benchmark, period, period_end
having abs(sum(allocation_pct + selection_pct) - max(active_return_pct)) > 1e-9
