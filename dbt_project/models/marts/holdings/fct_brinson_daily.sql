with

effects as (
    select * from {{ ref('int_brinson_days') }}
),

final as (
    select
        cast(fund as string) as fund,
        cast(benchmark as string) as benchmark,
        cast(session_date as date) as session_date,
        cast(sector as string) as sector,
        cast(weight_pct as double) as weight_pct,
        cast(benchmark_weight_pct as double) as benchmark_weight_pct,
        cast(sector_return_pct as double) as return_pct,
        cast(benchmark_sector_return_pct as double) as benchmark_return_pct,
        cast(allocation_pct as double) as allocation_pct,
        cast(selection_pct as double) as selection_pct,
        cast(active_return_pct as double) as active_return_pct,
        cast(status as string) as reconciliation_status,
        cast(benchmark_status as string) as benchmark_reconciliation_status
    from effects
)

select * from final
