{{ config(materialized='incremental', unique_key='fund, session_date', on_schema_change='sync_all_columns') }}
-- The lines of a sector together; cash and derivatives are a sector of their own, so that all of them are the fund.
with

lines as (
    select * from {{ ref('int_holding_contributions') }}
    where landing_id > {{ last_processed_landing_id() }}
),

final as (
    select
        fund,
        session_date,
        sector,
        {{ exact_sum('weight_start_pct') }} as weight_start_pct,
        {{ exact_sum('weight_end_pct') }} as weight_end_pct,
        {{ exact_sum('contribution_pct') }} as contribution_pct,
        {{ exact_sum('covered_weight_pct') }} as covered_weight_pct,
        {{ exact_sum("case when change = 'added' then weight_end_pct else 0 end") }} as added_weight_pct,
        {{ exact_sum("case when change = 'dropped' then weight_start_pct else 0 end") }} as dropped_weight_pct,
        count(*) as n_lines,
        sum(case when not is_cash_or_derivative and change = 'added' then 1 else 0 end) as n_added,
        sum(case when not is_cash_or_derivative and change = 'dropped' then 1 else 0 end) as n_dropped,
        sum(case when change = 'renamed' then 1 else 0 end) as n_renamed,
        sum(case when change = 'split_inferred' then 1 else 0 end) as n_splits,
        sum(case when flag = 'extreme_return' then 1 else 0 end) as n_extreme,
        max(fund_growth) as fund_growth,
        max(landing_id) as landing_id,
        '{{ holdings_code_hash() }}' as code_hash
    from lines
    group by fund, session_date, sector
)

select * from final
