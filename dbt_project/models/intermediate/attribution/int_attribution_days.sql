-- noqa: disable=AM04
-- All columns of the inputs, whichever they are.
-- The class of a session for one fund and model: the facts behind a headline, without its text.
with

inputs as (
    select * from {{ ref('int_attribution_inputs') }}
),

fund_models as (
    select distinct
        funds.fund,
        models.model
    from {{ ref('funds') }} as funds
    inner join {{ ref('attribution_models') }} as models
        on models.for_broad_market or not funds.is_broad_market
    where funds.is_attributed
),

-- one row a day of what is the same for all columns of a regression
regressions as (
    select
        regressions.model,
        regressions.fund,
        regressions.session_date,
        max(regressions.n_obs) as n_obs,
        max(case when regressions.is_singular then 1 else 0 end) = 1 as is_singular,
        max(regressions.r_squared) as r_squared,
        max(regressions.condition_number) as condition_number,
        max(regressions.max_vif) as max_vif,
        max(regressions.leverage) as leverage,
        max(regressions.y_sd) as y_sd,
        max(shocks.shock_z) as largest_shock_z,
        {{ joined_distinct("case when regressions.is_constant then regressions.column_name end", ", ") }} as constant_columns
    from {{ ref('int_driver_regressions') }} as regressions
    left join {{ ref('int_component_shocks') }} as shocks
        on
            regressions.component = shocks.component
            and regressions.session_date = shocks.session_date
    group by regressions.model, regressions.fund, regressions.session_date
),

blocks as (
    select
        model,
        fund,
        session_date,
        sum(case when driver <> 'specific' then contribution_pct end) as explained_pct,
        max(case when driver = 'specific' then contribution_pct end) as specific_pct,
        max(case when driver = 'specific' then t_stat end) as specific_z,
        max(share) as top_share
    from {{ ref('int_attribution_blocks') }}
    group by model, fund, session_date
),

-- what was published of the session before this build, and whether it still holds
against_published as (
    select
        published.model,
        published.fund,
        published.session_date,
        max(published.status) as published_status,
        max(
            case
                when blocks.contribution_pct is null then 1
                when abs(blocks.contribution_pct - published.contribution_pct) > {{ var('revision_tolerance_pct') }} then 1
                else 0
            end
        ) = 1 as is_changed
    from {{ ref('int_published_attributions') }} as published
    left join {{ ref('int_attribution_blocks') }} as blocks
        on
            published.model = blocks.model
            and published.fund = blocks.fund
            and published.session_date = blocks.session_date
            and published.driver = blocks.driver
    where published.is_newest
    group by published.model, published.fund, published.session_date
),

joined as (
    select
        fund_models.model,
        inputs.*,
        coalesce(regressions.n_obs, moments.n_obs) as n_obs,
        regressions.is_singular,
        regressions.r_squared,
        regressions.condition_number,
        regressions.max_vif,
        regressions.leverage,
        regressions.y_sd,
        regressions.constant_columns,
        coalesce(regressions.leverage > 0.5 or regressions.largest_shock_z > 5, false) as is_extrapolation,
        coalesce(regressions.max_vif > 10 or regressions.condition_number > 15, false) as is_collinear,
        blocks.explained_pct,
        blocks.specific_pct,
        blocks.specific_z,
        blocks.top_share,
        triggers.trigger_driver,
        triggers.trigger_z,
        against_published.published_status,
        against_published.is_changed
    from inputs
    inner join fund_models
        on inputs.fund = fund_models.fund
    inner join {{ ref('int_window_moments') }} as moments
        on
            inputs.fund = moments.entity
            and inputs.session_date = moments.session_date
    left join regressions
        on
            inputs.fund = regressions.fund
            and inputs.session_date = regressions.session_date
            and fund_models.model = regressions.model
    left join blocks
        on
            inputs.fund = blocks.fund
            and inputs.session_date = blocks.session_date
            and fund_models.model = blocks.model
    left join {{ ref('int_session_triggers') }} as triggers
        on inputs.session_date = triggers.session_date
    left join against_published
        on
            inputs.fund = against_published.fund
            and inputs.session_date = against_published.session_date
            and fund_models.model = against_published.model
),

-- the largest driver of the four, if it is large, distinct from noise and inside what the window has seen
leads as (
    select
        blocks.model,
        blocks.fund,
        blocks.session_date,
        blocks.driver as lead_driver
    from {{ ref('int_attribution_blocks') }} as blocks
    inner join joined
        on
            blocks.model = joined.model
            and blocks.fund = joined.fund
            and blocks.session_date = joined.session_date
    where
        blocks.driver <> 'specific'
        and blocks.share >= 0.25
        -- no error at all, as for a fund that is itself a driver, is not missing evidence
        and coalesce(abs(blocks.t_stat), 2) >= 2
        and not joined.is_extrapolation
        -- a disputed value leads nothing
        and not coalesce(joined.is_return_disputed, false)
        and not coalesce(concat(', ', joined.disputed_drivers, ',') like concat('%, ', blocks.driver, ',%'), false)
    qualify row_number() over (
        partition by blocks.model, blocks.fund, blocks.session_date order by blocks.rank
    ) = 1
),

final as (
    select
        joined.*,
        leads.lead_driver,
        -- more than one standard error and half of the return: then no day is called quiet, however small its return
        coalesce(abs(joined.specific_z) >= 1 and abs(joined.specific_pct) >= 0.5 * abs(joined.return_pct), false) as is_specific_large,
        case
            when joined.explained_pct is null then null
            when abs(joined.specific_z) >= 2 and abs(joined.specific_pct) >= 0.5 * abs(joined.return_pct) then 'etf_specific'
            when abs(joined.return_pct) < 0.5 * joined.y_sd and joined.trigger_driver is null then 'quiet'
            when
                joined.explained_pct * joined.return_pct > 0
                and abs(joined.explained_pct) >= 0.5 * abs(joined.return_pct)
                then 'macro_tape'
            else 'mixed'
        end as day_class,
        case
            when joined.is_singular then 'singular'
            when joined.is_singular is null then 'insufficient_history'
            -- a value that a witness disagrees with is disputed whatever was published of it before
            when joined.input_status = 'disputed' then 'disputed'
            -- a status only moves forward: what was final and changed says so from then on
            when joined.published_status = 'restated' then 'restated'
            when joined.published_status = 'disputed' and joined.is_changed and joined.input_status <> 'provisional' then 'restated'
            when joined.published_status in ('final', 'final_partial') and joined.is_changed then 'restated'
            when joined.published_status in ('final', 'final_partial') and joined.input_status = 'provisional'
                then joined.published_status
            when joined.published_status = 'final' then 'final'
            else joined.input_status
        end as status
    from joined
    left join leads
        on
            joined.model = leads.model
            and joined.fund = leads.fund
            and joined.session_date = leads.session_date
)

select * from final
