{{ config(materialized='view') }}
with

lines as (
    select * from {{ ref('int_holding_contributions') }}
),

final as (
    select
        cast(fund as string) as fund,
        cast(session_date as date) as session_date,
        cast(holding_id as string) as holding_id,
        cast(ticker as string) as ticker,
        cast(name as string) as name,
        cast(sector as string) as sector,
        cast(weight_start_pct as double) as weight_start_pct,
        cast(return_pct as double) as return_pct,
        cast(contribution_pct as double) as contribution_pct,
        cast(flag as string) as flag,
        cast(split_ratio as double) as split_ratio
    from lines
)

select * from final
