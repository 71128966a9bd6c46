-- What the brief of a day says, section by section, before it is put into words.
{{ config(materialized='view') }}
with

days as (
    select
        days.*,
        headlines.facts as headline,
        funds.name as fund_name,
        funds.is_broad_market
    from {{ ref('int_attribution_days') }} as days
    inner join {{ ref('funds') }} as funds
        on
            days.fund = funds.fund
            and days.model = funds.default_model
    inner join {{ ref('int_headlines') }} as headlines
        on
            days.fund = headlines.fund
            and days.session_date = headlines.session_date
            and days.model = headlines.model
),

default_models as (
    select
        fund,
        default_model as model
    from {{ ref('funds') }}
),

-- what moved under each driver that day; unexpected move times sensitivity is the contribution
driver_components as (
    select
        contributions.model,
        contributions.fund,
        contributions.session_date,
        contributions.driver,
        min(contributions.position) as place_in_model,
        max(case when contributions.move is not null then 1 else 0 end) = 1 as is_observed,
        {{ json_array(
            "case when contributions.is_shown then " ~ json_object({'label': 'contributions.component_label',
                'unit': "case contributions.unit when 'bp' then 'bp' else '%' end", 'move': rounded('contributions.move', 2),
                'expected': rounded('contributions.move - contributions.unexpected_move', 2),
                'unexpected': rounded('contributions.unexpected_move', 2), 'sensitivity': rounded('contributions.sequential_beta', 4),
                'pct': rounded('contributions.rounded_contribution_pct', 2)}) ~ " end",
            "contributions.position"
        ) }} as components
    from {{ ref('int_component_contributions') }} as contributions
    inner join default_models
        on
            contributions.model = default_models.model
            and contributions.fund = default_models.fund
    group by contributions.model, contributions.fund, contributions.session_date, contributions.driver
),

blocks as (
    select
        blocks.*,
        drivers.label,
        {{ rounded('ranges.order_min_pct', 2) }} as rounded_min_pct,
        {{ rounded('ranges.order_max_pct', 2) }} as rounded_max_pct
    from {{ ref('int_attribution_blocks') }} as blocks
    inner join default_models
        on
            blocks.model = default_models.model
            and blocks.fund = default_models.fund
    inner join {{ ref('drivers') }} as drivers
        on blocks.driver = drivers.driver
    left join {{ ref('int_order_ranges') }} as ranges
        on
            blocks.model = ranges.model
            and blocks.fund = ranges.fund
            and blocks.session_date = ranges.session_date
            and blocks.driver = ranges.driver
),

-- how far the sign of a contribution can be relied on: another order of the drivers would turn it, or it may be zero
signed_blocks as (
    select
        *,
        case
            when rounded_contribution_pct = 0 then 'zero'
            when abs(contribution_pct) < 2 * contribution_se_pct then 'not_significant'
            when driver = 'specific' then 'significant'
            when rounded_min_pct < 0 and rounded_max_pct > 0 then 'depends_on_order'
            when rounded_min_pct is not null then 'robust_to_order'
        end as sign
    from blocks
),

drivers as (
    select
        blocks.model,
        blocks.fund,
        blocks.session_date,
        {{ json_array(
            json_document({
                'contribution': json_object({'driver': 'blocks.driver', 'label': 'blocks.label', 'pct': rounded('blocks.rounded_contribution_pct', 2),
                    'se_pct': rounded('blocks.contribution_se_pct', 2), 'order_min_pct': 'blocks.rounded_min_pct',
                    'order_max_pct': 'blocks.rounded_max_pct', 'sign': 'blocks.sign', 'is_observed': 'driver_components.is_observed'}),
                'components': 'driver_components.components'
            }),
            "coalesce(driver_components.place_in_model, 1000)"
        ) }} as drivers
    from signed_blocks as blocks
    left join driver_components
        on
            blocks.model = driver_components.model
            and blocks.fund = driver_components.fund
            and blocks.session_date = driver_components.session_date
            and blocks.driver = driver_components.driver
    group by blocks.model, blocks.fund, blocks.session_date
),

-- "yields stay elevated" is a statement about levels: answered on a line of its own
levels as (
    select
        rates.session_date,
        {{ json_object({'ust_10y_pct': rounded('rates.ust_10y_pct', 2), 'ust_2y_pct': rounded('rates.ust_2y_pct', 2),
            'percentile_1y': rounded('rates.percentile_1y', 0), 'range_20d_bp': rounded('rates.range_20d_bp', 0),
            'real_10y_pct': rounded('rates.real_10y_pct', 2), 'breakeven_10y_pct': rounded('rates.breakeven_10y_pct', 2),
            'wti_usd': rounded('oil.wti_usd', 2)}) }} as levels
    from {{ ref('fct_rates_regime_daily') }} as rates
    left join {{ ref('fct_oil_daily') }} as oil
        on rates.session_date = oil.session_date
    where rates.ust_10y_pct is not null and rates.ust_2y_pct is not null
),

-- what to watch: the first scenario of the driver that led or stood out, in every view it has
scenarios as (
    select
        days.fund,
        days.session_date,
        {{ json_document({
            'shock': json_object({'name': 'max(scenarios.shock)'}),
            'views': json_array(json_object({'name': 'scenarios.view', 'impact_pct': rounded('scenarios.impact_pct', 2),
                'se_pct': rounded('scenarios.impact_se_pct', 2)}), 'scenarios.view')
        }) }} as scenario
    from days
    inner join {{ ref('fct_scenario') }} as scenarios
        on
            days.fund = scenarios.fund
            and days.session_date = scenarios.session_date
            and coalesce(days.lead_driver, days.trigger_driver, 'rates') = scenarios.driver
    where scenarios.impact_pct is not null and scenarios.impact_se_pct is not null
    group by days.fund, days.session_date, scenarios.position
    qualify row_number() over (partition by days.fund, days.session_date order by scenarios.position) = 1
),

final as (
    select
        days.fund,
        days.session_date,
        {{ json_document({
            'day': json_object({
                'fund': 'days.fund', 'session_date': 'cast(days.session_date as string)', 'fund_name': 'days.fund_name',
                'is_simulated': 'market.is_simulated', 'return_pct': rounded('days.return_pct', 2), 'day_class': 'days.day_class',
                'is_specific_large': 'days.is_specific_large',
                'trigger_driver': 'days.trigger_driver', 'trigger_z': rounded('days.trigger_z', 1),
                'close_return_pct': rounded('days.close_return_pct', 2), 'status': 'days.status', 'fallbacks': 'days.fallbacks',
                'drivers_missing': 'days.drivers_missing', 'model': 'days.model', 'is_broad_market': 'days.is_broad_market',
                'model_version': "'" ~ var('model_version') ~ "'", 'n_obs': 'days.n_obs', 'r_squared': rounded('days.r_squared', 2),
                'known_at': "cast(date_trunc('second', days.as_of_knowledge_ts) as string)"
            }),
            'headline': 'days.headline', 'drivers': 'drivers.drivers', 'holdings': 'holdings.facts', 'levels': 'levels.levels',
            'scenario': 'scenarios.scenario'
        }) }} as facts
    from days
    cross join {{ ref('int_data_mode') }} as market
    left join drivers
        on
            days.model = drivers.model
            and days.fund = drivers.fund
            and days.session_date = drivers.session_date
    left join levels
        on days.session_date = levels.session_date
    left join scenarios
        on
            days.fund = scenarios.fund
            and days.session_date = scenarios.session_date
    left join {{ ref('int_holdings_facts') }} as holdings
        on
            days.fund = holdings.fund
            and days.session_date = holdings.session_date
)

select * from final
