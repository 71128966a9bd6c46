{{ config(materialized='view') }}
with

lines as (
    select * from {{ ref('int_holding_contributions') }}
    where change is not null
),

final as (
    select
        cast(fund as string) as fund,
        cast(session_date as date) as session_date,
        cast(holding_id as string) as holding_id,
        cast(change as string) as change,
        cast(case when change = 'dropped' then weight_start_pct else weight_end_pct end as double) as weight_pct,
        cast(previous_holding_id as string) as previous_holding_id,
        cast(ticker as string) as ticker,
        cast(name as string) as name,
        cast(sector as string) as sector,
        cast(is_cash_or_derivative as boolean) as is_cash_or_derivative,
        cast(weight_start_pct as double) as weight_start_pct,
        cast(weight_end_pct as double) as weight_end_pct,
        cast(quantity_ratio as double) as quantity_ratio,
        cast(split_ratio as double) as split_ratio
    from lines
)

select * from final
