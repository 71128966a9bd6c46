{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_cross_check'}}}) }}
-- Warns of two roads to one number that part by more than they should, in the latest 20 sessions; the mart has all.
select *
from {{ ref('fct_cross_check') }}
where
    not is_within
    and session_date > (
        select session_date from {{ ref('dim_session') }}
        order by session_date desc
        limit 1 offset 20
    )
