{{ config(meta={'dagster': {'ref': {'name': 'fct_driver_attribution_daily'}}}) }}
with

totals as (
    select
        fund,
        session_date,
        model,
        sum(contribution_pct) as total_pct,
        sum(rounded_contribution_pct) as rounded_total_pct,
        count(*) as n_drivers
    from {{ ref('fct_driver_attribution_daily') }}
    group by fund, session_date, model
),

final as (
    select
        totals.*,
        summary.return_pct
    from totals
    inner join {{ ref('fct_attribution_summary_daily') }} as summary
        on
            totals.fund = summary.fund
            and totals.session_date = summary.session_date
            and totals.model = summary.model
    where
        abs(totals.total_pct - summary.return_pct) > 1e-9
        or abs(totals.rounded_total_pct - {{ rounded('summary.return_pct', 2) }}) > 1e-9
        or totals.n_drivers <> (select count(*) from {{ ref('dim_driver') }})
)

select * from final
