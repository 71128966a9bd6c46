{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_quarantine'}}}) }}
-- Warns of values put aside in the latest 20 sessions; the mart has all.
select *
from {{ ref('fct_quarantine') }}
where
    observation_date > (
        select session_date from {{ ref('dim_session') }}
        order by session_date desc
        limit 1 offset 20
    )
