-- The lines of a fund against its own return: net asset value return = holdings + distribution + fee + residual.
with

documents as (
    select
        documents.*,
        funds.asset_class,
        coalesce(funds.expense_ratio_pct, 0) as expense_ratio_pct,
        case when documents.is_reconstitution_day then {{ var('reconstitution_tolerance') }} else 1 end as tolerance,
        case
            when documents.is_reconstitution_day then {{ var('holdings_least_coverage_pct') }}
            else {{ var('holdings_min_coverage_pct') }}
        end as min_coverage_pct
    from {{ ref('int_holdings_documents') }} as documents
    inner join {{ ref('funds') }} as funds
        on documents.fund = funds.fund
),

holdings as (
    select
        fund,
        session_date,
        {{ exact_sum('contribution_pct') }} as holdings_return_pct,
        {{ exact_sum('covered_weight_pct') }} as coverage_pct,
        {{ exact_sum('dropped_weight_pct') }} as dropped_weight_pct,
        {{ exact_sum('added_weight_pct') }} as added_weight_pct,
        sum(n_lines) as n_lines,
        sum(n_added) as n_added,
        sum(n_dropped) as n_dropped,
        sum(n_renamed) as n_renamed,
        sum(n_splits) as n_splits,
        sum(n_extreme) as n_extreme,
        (max(fund_growth) - 1) * 100 as fund_growth_pct
    from {{ ref('int_sector_contributions') }}
    group by fund, session_date
),

net_asset_values as (
    select
        *,
        (level / nullif(previous_level, 0) - 1) * 100 as nav_return_pct,
        -- what goes ex leaves the net asset value
        (0 - coalesce(distribution, 0)) * 100 / nullif(previous_level, 0) as distribution_pct
    from {{ ref('int_series_changes') }}
    where series like 'nav:%' and sessions_spanned = 1
),

joined as (
    select
        documents.fund,
        documents.as_of_date as session_date,
        documents.previous_as_of_date,
        documents.is_consecutive,
        documents.is_reconstitution_day,
        documents.asset_class,
        documents.tolerance,
        documents.min_coverage_pct,
        net_asset_values.nav_return_pct,
        net_asset_values.distribution_pct,
        (0 - documents.expense_ratio_pct) * {{ dbt.datediff("documents.previous_as_of_date", "documents.as_of_date", "day") }} / 365 as fee_accrual_pct,
        holdings.holdings_return_pct,
        holdings.coverage_pct,
        holdings.dropped_weight_pct,
        holdings.added_weight_pct,
        holdings.n_lines,
        holdings.n_added,
        holdings.n_dropped,
        holdings.n_renamed,
        holdings.n_splits,
        holdings.n_extreme,
        holdings.fund_growth_pct
    from documents
    left join holdings
        on
            documents.fund = holdings.fund
            and documents.as_of_date = holdings.session_date
    left join net_asset_values
        on
            net_asset_values.series = 'nav:' || documents.fund
            and documents.as_of_date = net_asset_values.session_date
),

reconciled as (
    select
        *,
        (nav_return_pct - holdings_return_pct - distribution_pct - fee_accrual_pct) * 100 as residual_bp
    from joined
),

judged as (
    select
        *,
        case
            when previous_as_of_date is null then 'first_file'
            when not is_consecutive then 'not_consecutive'
            -- a bond file prices bonds without the interest they have accrued, which the net asset value earns every day
            when asset_class = 'fixed_income' then 'not_reconciled'
            when residual_bp is null then 'no_nav'
            when abs(residual_bp) <= {{ var('holdings_reconciled_bp') }} * tolerance and coverage_pct >= min_coverage_pct then 'reconciled'
            when abs(residual_bp) <= {{ var('holdings_approximate_bp') }} * tolerance and coverage_pct >= {{ var('holdings_least_coverage_pct') }} then 'approximate'
            else 'failed'
        end as status
    from reconciled
),

final as (
    select
        fund,
        session_date,
        nav_return_pct,
        holdings_return_pct,
        case when is_consecutive then distribution_pct end as distribution_pct,
        case when is_consecutive then fee_accrual_pct end as fee_accrual_pct,
        residual_bp,
        coverage_pct,
        status,
        case status
            when 'first_file' then 'no earlier file to compare with'
            when 'not_consecutive' then concat('the file before is of ', cast(previous_as_of_date as string), ', not of the session before')
            when 'not_reconciled' then 'a bond file leaves out accrued interest, which the net asset value earns every day'
            when 'no_nav' then 'the net asset value of the session or of the one before is not held'
            when 'failed' then 'the lines do not add up to the net asset value: no sector is named'
            when 'approximate'
                then
                    case
                        when coverage_pct < min_coverage_pct then concat('lines with ', {{ number_text('100 - coverage_pct', 1) }}, ' % of the weight left or have no price')
                        else 'the residual is larger than on an ordinary day'
                    end
        end as reason,
        previous_as_of_date,
        is_reconstitution_day,
        100 - coverage_pct as unmatched_weight_pct,
        dropped_weight_pct,
        added_weight_pct,
        fund_growth_pct,
        n_lines,
        n_added,
        n_dropped,
        n_renamed,
        n_splits,
        n_extreme
    from judged
)

select * from final
