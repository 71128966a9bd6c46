-- Brinson-Fachler effects of each sector on each session for which the fund and its benchmark both have files.
with

funds as (
    select * from {{ ref('funds') }}
    where benchmark_fund is not null
),

days as (
    select * from {{ ref('int_holdings_reconciliation') }}
    where holdings_return_pct is not null
),

both_days as (
    select
        funds.fund,
        funds.benchmark_fund as benchmark,
        fund_days.session_date,
        fund_days.holdings_return_pct as return_pct,
        benchmark_days.holdings_return_pct as benchmark_return_pct,
        fund_days.status,
        benchmark_days.status as benchmark_status
    from funds
    inner join days as fund_days
        on funds.fund = fund_days.fund
    inner join days as benchmark_days
        on
            funds.benchmark_fund = benchmark_days.fund
            and fund_days.session_date = benchmark_days.session_date
),

-- a sector that only one of the two holds has a weight of zero in the other
either as (
    select
        both_days.fund,
        both_days.session_date,
        sectors.sector,
        case when sectors.fund = both_days.fund then sectors.weight_start_pct end as fund_weight_pct,
        case when sectors.fund = both_days.fund then sectors.contribution_pct end as fund_contribution_pct,
        case when sectors.fund = both_days.benchmark then sectors.weight_start_pct end as benchmark_weight_pct,
        case when sectors.fund = both_days.benchmark then sectors.contribution_pct end as benchmark_contribution_pct
    from both_days
    inner join {{ ref('int_sector_contributions') }} as sectors
        on
            both_days.session_date = sectors.session_date
            and (both_days.fund = sectors.fund or both_days.benchmark = sectors.fund)
),

side_by_side as (
    select
        fund,
        session_date,
        sector,
        coalesce(max(fund_weight_pct), 0) as weight_pct,
        coalesce(max(benchmark_weight_pct), 0) as benchmark_weight_pct,
        coalesce(max(fund_contribution_pct), 0) as contribution_pct,
        coalesce(max(benchmark_contribution_pct), 0) as benchmark_contribution_pct
    from either
    group by fund, session_date, sector
),

weighed as (
    select
        *,
        case when greatest(abs(weight_pct), abs(benchmark_weight_pct)) < {{ var('sector_min_weight_pct') }} then 'Other' else sector end as sector_group
    from side_by_side
),

grouped as (
    select
        fund,
        session_date,
        sector_group as sector,
        {{ exact_sum('weight_pct') }} as weight_pct,
        {{ exact_sum('benchmark_weight_pct') }} as benchmark_weight_pct,
        {{ exact_sum('contribution_pct') }} as contribution_pct,
        {{ exact_sum('benchmark_contribution_pct') }} as benchmark_contribution_pct
    from weighed
    group by fund, session_date, sector_group
),

-- no return is divided by a weight near zero: where one of the two holds next to nothing the other's return is used for both. Cash
-- earns nothing: what futures and options add without a weight counts as selection
with_returns as (
    select
        *,
        case
            when sector = 'Cash and/or Derivatives' then 0
            when abs(weight_pct) >= {{ var('sector_min_weight_pct') }} then contribution_pct * 100 / weight_pct
            when abs(benchmark_weight_pct) >= {{ var('sector_min_weight_pct') }} then benchmark_contribution_pct * 100 / benchmark_weight_pct
            else 0
        end as sector_return_pct,
        case
            when sector = 'Cash and/or Derivatives' then 0
            when abs(benchmark_weight_pct) >= {{ var('sector_min_weight_pct') }} then benchmark_contribution_pct * 100 / benchmark_weight_pct
            when abs(weight_pct) >= {{ var('sector_min_weight_pct') }} then contribution_pct * 100 / weight_pct
            else 0
        end as benchmark_sector_return_pct
    from grouped
),

final as (
    select
        with_returns.fund,
        both_days.benchmark,
        with_returns.session_date,
        with_returns.sector,
        with_returns.weight_pct,
        with_returns.benchmark_weight_pct,
        with_returns.sector_return_pct,
        with_returns.benchmark_sector_return_pct,
        {{ brinson_allocation(
            'with_returns.weight_pct', 'with_returns.benchmark_weight_pct',
            'with_returns.benchmark_sector_return_pct', 'both_days.benchmark_return_pct'
        ) }} / 100 as allocation_pct,
        {{ brinson_selection(
            'with_returns.contribution_pct', 'with_returns.benchmark_contribution_pct',
            'with_returns.weight_pct', 'with_returns.benchmark_weight_pct', 'with_returns.benchmark_sector_return_pct'
        ) }} as selection_pct,
        both_days.return_pct,
        both_days.benchmark_return_pct,
        both_days.return_pct - both_days.benchmark_return_pct as active_return_pct,
        both_days.status,
        both_days.benchmark_status
    from with_returns
    inner join both_days
        on
            with_returns.fund = both_days.fund
            and with_returns.session_date = both_days.session_date
)

select * from final
