-- What is regressed on the drivers: each fund's return, and its return over its benchmark's.
with

returns as (
    select * from {{ ref('int_fund_returns') }}
),

of_funds as (
    select
        fund as entity,
        fund,
        cast(null as string) as benchmark,
        session_date,
        return_pct,
        is_first_source and not is_disputed as is_eligible
    from returns
),

over_benchmarks as (
    select
        funds.fund || '-' || funds.benchmark_fund as entity,
        funds.fund,
        funds.benchmark_fund as benchmark,
        own.session_date,
        own.return_pct - benchmark.return_pct as return_pct,
        own.is_first_source and benchmark.is_first_source and not own.is_disputed and not benchmark.is_disputed as is_eligible
    from {{ ref('funds') }} as funds
    inner join returns as own
        on funds.fund = own.fund
    inner join returns as benchmark
        on
            funds.benchmark_fund = benchmark.fund
            and own.session_date = benchmark.session_date
),

final as (
    select * from of_funds
    union all
    select * from over_benchmarks
)

select * from final
