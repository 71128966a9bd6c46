{{ config(materialized='view') }}
-- noqa: disable=AM04
-- All columns of the estimates, whichever they are.
-- Of all regressions, those whose contributions are published as a fund's own attribution.
with

fund_models as (
    select distinct
        funds.fund,
        models.model
    from {{ ref('funds') }} as funds
    inner join {{ ref('attribution_models') }} as models
        on models.for_broad_market or not funds.is_broad_market
),

final as (
    select regressions.*
    from {{ ref('int_regression_estimates') }} as regressions
    inner join fund_models
        on
            regressions.fund = fund_models.fund
            and regressions.model = fund_models.model
    where regressions.benchmark is null
)

select * from final
