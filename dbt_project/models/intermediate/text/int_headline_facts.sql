-- What the headline of a day says, before it is put into words: its kind, and the numbers that kind needs.
{{ config(materialized='view') }}
with

days as (
    select
        *,
        {{ rounded('return_pct', 2) }} as rounded_return_pct
    from {{ ref('int_attribution_days') }}
),

blocks as (
    select
        blocks.*,
        lower(drivers.label) as label
    from {{ ref('int_attribution_blocks') }} as blocks
    inner join {{ ref('drivers') }} as drivers
        on blocks.driver = drivers.driver
),

drivers_of_the_day as (
    select
        blocks.model,
        blocks.fund,
        blocks.session_date,
        blocks.driver = days.lead_driver as is_lead,
        blocks.share,
        blocks.rank,
        blocks.label,
        {{ rounded('blocks.rounded_contribution_pct', 2) }} as contribution_pct,
        blocks.contribution_pct * days.return_pct < 0 as is_against
    from blocks
    inner join days
        on
            blocks.model = days.model
            and blocks.fund = days.fund
            and blocks.session_date = days.session_date
    where blocks.driver <> 'specific'
),

leads as (
    select * from drivers_of_the_day
    where is_lead
),

seconds as (
    select * from drivers_of_the_day
    where not coalesce(is_lead, false) and share >= 0.15
    qualify row_number() over (partition by model, fund, session_date order by rank) = 1
),

largest as (
    select * from drivers_of_the_day
    qualify row_number() over (partition by model, fund, session_date order by rank) = 1
),

specific as (
    select
        *,
        {{ rounded('rounded_contribution_pct', 2) }} as rounded_pct,
        rank = 1 as is_largest
    from blocks
    where driver = 'specific'
),

judged as (
    select
        days.model,
        days.fund,
        days.session_date,
        case
            when days.status in ('insufficient_history', 'singular') then days.status
            when days.is_return_disputed then 'disputed_return'
            when days.day_class = 'etf_specific' or specific.is_largest then 'fund_specific'
            when days.is_extrapolation then 'extrapolation'
            when leads.label is null or (days.top_share < 0.4 and days.trigger_driver is null) then 'no_single_driver'
            else 'lead_driver'
        end as headline_kind,
        {{ json_object({'fund': 'days.fund', 'is_simulated': 'market.is_simulated', 'return_pct': 'days.rounded_return_pct',
            'is_quiet': "days.day_class = 'quiet' and not days.is_specific_large", 'is_extrapolation': 'days.is_extrapolation',
            'status': 'days.status', 'n_obs': 'days.n_obs',
            'fallbacks': 'days.fallbacks', 'drivers_missing': 'days.drivers_missing', 'unconfirmed': 'days.unconfirmed',
            'evidence': 'days.evidence'}) }} as day,
        {{ json_object({'label': 'leads.label', 'contribution_pct': 'leads.contribution_pct', 'is_against': 'leads.is_against'}) }} as lead_part,
        {{ json_object({'label': 'seconds.label', 'contribution_pct': 'seconds.contribution_pct', 'is_against': 'seconds.is_against'}) }} as second_part,
        {{ json_object({'label': 'largest.label', 'contribution_pct': 'largest.contribution_pct'}) }} as largest_part,
        {{ json_object({'contribution_pct': 'specific.rounded_pct', 'z': rounded('abs(days.specific_z)', 1),
            'is_against': 'not coalesce(days.specific_pct * days.return_pct > 0, false)',
            'is_usual': 'abs(days.specific_z) < 2', 'is_largest': 'coalesce(specific.is_largest, false)'}) }} as specific_part,
        case
            when days.explained_pct is not null and days.trigger_driver is not null and coalesce(days.trigger_driver <> days.lead_driver, true)
                then {{ json_object({'label': 'lower(triggers.label)', 'z': rounded('days.trigger_z', 1)}) }}
        end as trigger_part
    from days
    cross join {{ ref('int_data_mode') }} as market
    left join leads
        on
            days.model = leads.model
            and days.fund = leads.fund
            and days.session_date = leads.session_date
    left join seconds
        on
            days.model = seconds.model
            and days.fund = seconds.fund
            and days.session_date = seconds.session_date
    left join largest
        on
            days.model = largest.model
            and days.fund = largest.fund
            and days.session_date = largest.session_date
    left join specific
        on
            days.model = specific.model
            and days.fund = specific.fund
            and days.session_date = specific.session_date
    left join {{ ref('drivers') }} as triggers
        on days.trigger_driver = triggers.driver
),

final as (
    select
        model,
        fund,
        session_date,
        headline_kind,
        {{ json_document({'kind': json_object({'name': 'headline_kind'}), 'day': 'day', 'lead': 'lead_part', 'second': 'second_part',
            'largest': 'largest_part', 'specific': 'specific_part', 'trigger': 'trigger_part'}) }} as facts
    from judged
)

select * from final
