{{ config(meta={'dagster': {'ref': {'name': 'fct_attribution_summary_daily'}}}) }}
select 'no session has an attribution' as problem
from {{ ref('fct_attribution_summary_daily') }}
where explained_pct is not null
having count(*) = 0
