-- The headline in words, from the facts of the day alone: what moved together, never what caused what.
with

days as (
    select * from {{ ref('int_attribution_days') }}
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
        blocks.rounded_contribution_pct,
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

biggest as (
    select * from drivers_of_the_day
    qualify row_number() over (partition by model, fund, session_date order by rank) = 1
),

own as (
    select * from blocks
    where driver = 'specific'
),

parts as (
    select
        days.model,
        days.fund,
        days.session_date,
        case when market.is_simulated then 'SIMULATED: ' else '' end as prefix,
        concat(
            days.fund,
            case
                when {{ rounded('days.return_pct', 2) }} > 0 then concat(' rose ', {{ number_text('abs(days.return_pct)') }}, ' %')
                when {{ rounded('days.return_pct', 2) }} < 0 then concat(' fell ', {{ number_text('abs(days.return_pct)') }}, ' %')
                else ' was unchanged'
            end,
            case when days.day_class = 'quiet' then ' on a quiet day' else '' end
        ) as move_text,
        case
            when days.status = 'insufficient_history'
                then concat('; ', cast(days.n_obs as string), ' comparable sessions are too few to say with what')
            when days.status = 'singular' then '; over the last year the drivers moved too much alike to tell them apart'
            when days.day_class = 'etf_specific'
                then concat(
                    case
                        when days.specific_pct * days.return_pct > 0 then ', mostly its own: '
                        else ', against its drivers: '
                    end,
                    'no driver accounted for ', {{ number_text('own.rounded_contribution_pct', 2, true) }},
                    ' points (', {{ number_text('abs(days.specific_z)', 1) }}, ' standard errors)'
                )
            when days.is_extrapolation
                then concat(
                    ' with moves outside what the last year has seen; at its sensitivities ',
                    biggest.label, ' would account for ', {{ number_text('biggest.rounded_contribution_pct', 2, true) }}, ' points'
                )
            when leads.label is null or (days.top_share < 0.4 and days.trigger_driver is null)
                then concat(
                    ' with no single driver',
                    case when seconds.label is not null or leads.label is not null
                        then concat(
                            '; largest ', coalesce(leads.label, seconds.label), ' ',
                            {{ number_text('coalesce(leads.rounded_contribution_pct, seconds.rounded_contribution_pct)', 2, true) }}, ' points'
                        )
                    else '' end
                )
            else concat(
                case when leads.is_against then ' despite ' else ', moving with ' end,
                leads.label, ' (', {{ number_text('leads.rounded_contribution_pct', 2, true) }},
                ' points at last year''s sensitivities)',
                case
                    when seconds.label is null then ''
                    when seconds.is_against = leads.is_against then concat(' and ', seconds.label, ' (', {{ number_text('seconds.rounded_contribution_pct', 2, true) }}, ')')
                    when seconds.is_against then concat(', despite ', seconds.label, ' (', {{ number_text('seconds.rounded_contribution_pct', 2, true) }}, ')')
                    else concat(', moving with ', seconds.label, ' (', {{ number_text('seconds.rounded_contribution_pct', 2, true) }}, ')')
                end
            )
        end as driver_text,
        case
            when days.explained_pct is not null and days.trigger_driver is not null and days.trigger_driver is distinct from days.lead_driver
                then concat(
                    '. Unusual: ', lower(triggers.label), ' moved ', {{ number_text('days.trigger_z', 1) }}, ' times its usual size'
                )
            else ''
        end as trigger_text,
        case days.status
            when 'provisional' then concat('. Provisional: ', coalesce(days.fallbacks, days.drivers_missing || ' still expected'))
            when 'final_partial' then concat('. Without ', days.drivers_missing, ', which did not trade that session')
            when 'restated' then '. Restated: a source changed a value after the day was final'
            else ''
        end as status_text
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
    left join biggest
        on
            days.model = biggest.model
            and days.fund = biggest.fund
            and days.session_date = biggest.session_date
    left join own
        on
            days.model = own.model
            and days.fund = own.fund
            and days.session_date = own.session_date
    left join {{ ref('drivers') }} as triggers
        on days.trigger_driver = triggers.driver
),

final as (
    select
        model,
        fund,
        session_date,
        concat(prefix, move_text, driver_text, trigger_text, status_text, '.') as headline
    from parts
)

select * from final
