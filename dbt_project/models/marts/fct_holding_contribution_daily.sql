{{ config(materialized='view') }}
with

lines as (
    select * from {{ ref('int_holding_contributions') }}
),

final as (
    select
        cast(fund as varchar) as fund,
        cast(session_date as date) as session_date,
        cast(holding_id as varchar) as holding_id,
        cast(ticker as varchar) as ticker,
        cast(name as varchar) as name,
        cast(sector as varchar) as sector,
        cast(weight_start_pct as double) as weight_start_pct,
        cast(return_pct as double) as return_pct,
        cast(contribution_pct as double) as contribution_pct,
        cast(flag as varchar) as flag,
        cast(split_ratio as double) as split_ratio
    from lines
)

select * from final
