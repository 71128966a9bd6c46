{{ config(materialized='incremental', unique_key='fund, as_of_date, landing_id', on_schema_change='sync_all_columns') }}
-- The ledger of holdings files by what was landed: small, so that the newest file is found without reading every landed row.
{% set newest = last_processed_landing_id() %}
with

source as (
    select * from {{ source('raw', 'ishares__holdings') }}
    -- the newest landing once more: a table filled by hand may repeat its number
    where landing_id >= {{ newest }}
),

final as (
    select
        fund,
        as_of_date,
        landing_id,
        max(knowledge_ts) as knowledge_ts,
        count(*) as n_lines,
        '{{ holdings_code_hash() }}' as code_hash
    from source
    group by fund, as_of_date, landing_id
)

select * from final
