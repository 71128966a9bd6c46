{{ config(meta={'dagster': {'ref': {'name': 'fct_attribution_revisions'}}}) }}
select
    fund,
    session_date,
    model,
    driver,
    version,
    previous_status,
    status
from {{ ref('fct_attribution_revisions') }}
where
    (previous_status = 'restated' and status not in ('restated', 'disputed'))
    or (previous_status = 'final' and status not in ('final', 'restated', 'disputed'))
    or (previous_status = 'final_partial' and status = 'provisional')
