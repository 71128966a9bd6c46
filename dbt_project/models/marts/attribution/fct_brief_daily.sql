-- depends_on: {{ ref('attribution_models') }}
{% set newline = "chr(10)" %}
with

days as (
    select
        days.*,
        headlines.headline,
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

-- texts are dear: they are made for the model a brief is about, and for no other
written_models as (
    select
        fund,
        default_model as model
    from {{ ref('funds') }}
),

component_labels as (
    select distinct
        component,
        label,
        unit
    from {{ ref('driver_components') }}
),

-- what moved under each driver that day; the idle branch of a yield change is left out
driver_moves as (
    select
        regressions.model,
        regressions.fund,
        regressions.session_date,
        regressions.driver,
        {{ joined_text(
            "case when regressions.move <> 0 then concat(labels.label, ' ', " ~ number_text('regressions.move', 2, true) ~ ", case labels.unit when 'bp' then ' bp' else ' %' end) end",
            ", ", "regressions.position"
        ) }} as moves,
        {{ joined_text(
            "case when regressions.move <> 0 then " ~ number_text('regressions.beta', 3, true) ~ " end",
            ", ", "regressions.position"
        ) }} as sensitivities
    from {{ ref('int_driver_regressions') }} as regressions
    inner join written_models
        on
            regressions.model = written_models.model
            and regressions.fund = written_models.fund
    inner join component_labels as labels
        on regressions.component = labels.component
    group by regressions.model, regressions.fund, regressions.session_date, regressions.driver
),

table_lines as (
    select
        blocks.model,
        blocks.fund,
        blocks.session_date,
        blocks.position,
        concat(
            '| ', drivers.label,
            ' | ', coalesce(driver_moves.moves, '-'),
            ' | ', coalesce(driver_moves.sensitivities, '-'),
            ' | ', {{ number_text('blocks.rounded_contribution_pct', 2, true) }},
            ' | ', {{ number_text('blocks.contribution_se_pct', 2) }},
            ' | ', coalesce({{ number_text('ranges.order_min_pct', 2, true) }} || ' to ' || {{ number_text('ranges.order_max_pct', 2, true) }}, '-'),
            ' |'
        ) as line
    from {{ ref('int_attribution_blocks') }} as blocks
    inner join written_models
        on
            blocks.model = written_models.model
            and blocks.fund = written_models.fund
    inner join {{ ref('drivers') }} as drivers
        on blocks.driver = drivers.driver
    left join driver_moves
        on
            blocks.model = driver_moves.model
            and blocks.fund = driver_moves.fund
            and blocks.session_date = driver_moves.session_date
            and blocks.driver = driver_moves.driver
    left join {{ ref('int_order_ranges') }} as ranges
        on
            blocks.model = ranges.model
            and blocks.fund = ranges.fund
            and blocks.session_date = ranges.session_date
            and blocks.driver = ranges.driver
),

tables as (
    select
        model,
        fund,
        session_date,
        {{ joined_text('line', '\\n', 'position') }} as lines
    from table_lines
    group by model, fund, session_date
),

-- does the story hold: a sign that another order would turn, or that the error leaves open, is said to be so
judged as (
    select
        blocks.model,
        blocks.fund,
        blocks.session_date,
        blocks.position,
        replace(blocks.driver, '_', ' ') as driver,
        case
            when blocks.rounded_contribution_pct = 0 then 'nothing'
            when abs(blocks.contribution_pct) < 2 * blocks.contribution_se_pct then 'open'
            when blocks.driver = 'specific' then 'own'
            when {{ rounded('ranges.order_min_pct', 2) }} < 0 and {{ rounded('ranges.order_max_pct', 2) }} > 0 then 'this order'
            when ranges.order_min_pct is not null then 'every order'
        end as sign_holds
    from {{ ref('int_attribution_blocks') }} as blocks
    inner join written_models
        on
            blocks.model = written_models.model
            and blocks.fund = written_models.fund
    left join {{ ref('int_order_ranges') }} as ranges
        on
            blocks.model = ranges.model
            and blocks.fund = ranges.fund
            and blocks.session_date = ranges.session_date
            and blocks.driver = ranges.driver
),

certainty as (
    select
        model,
        fund,
        session_date,
        concat_ws(
            '; ',
            'holds in every order: ' || {{ joined_text("case when sign_holds = 'every order' then driver end", ', ', 'position') }},
            'rests on the order asked: ' || {{ joined_text("case when sign_holds = 'this order' then driver end", ', ', 'position') }},
            'beyond two standard errors: ' || {{ joined_text("case when sign_holds = 'own' then driver end", ', ', 'position') }},
            'could be zero: ' || {{ joined_text("case when sign_holds = 'open' then driver end", ', ', 'position') }}
        ) as text
    from judged
    group by model, fund, session_date
),

-- "yields stay elevated" is a statement about levels: answered on a line of its own
levels as (
    select
        rates.session_date,
        '- Level, apart from the change: 10-year ' || {{ number_text('rates.ust_10y_pct') }} || ' %'
        || ', 2-year ' || {{ number_text('rates.ust_2y_pct') }} || ' %'
        || coalesce(', 10-year at or above ' || {{ number_text('rates.percentile_1y', 0) }} || ' % of the last year''s sessions', '')
        || coalesce(', 20-session range ' || {{ number_text('rates.range_20d_bp', 0) }} || ' bp', '')
        || coalesce(', real ' || {{ number_text('rates.real_10y_pct') }} || ' %', '')
        || coalesce(', breakeven ' || {{ number_text('rates.breakeven_10y_pct') }} || ' %', '')
        || coalesce(', WTI spot ' || {{ number_text('oil.wti_usd') }} || ' USD', '') as line
    from {{ ref('fct_rates_regime_daily') }} as rates
    left join {{ ref('fct_oil_daily') }} as oil
        on rates.session_date = oil.session_date
),

-- what to watch: the first scenario of the driver that led or stood out, in every view it has
scenarios as (
    select
        *,
        replace(view, '_', ' ') || ' ' || {{ number_text('impact_pct', 2, true) }}
        || ' (' || {{ number_text('impact_se_pct', 2) }} || ')' as view_text
    from {{ ref('fct_scenario') }}
),

watched as (
    select
        days.fund,
        days.session_date,
        '- Watch: ' || max(scenarios.shock) || ' has gone with ' || {{ joined_text('scenarios.view_text', ', ', 'scenarios.view') }}
        || ' points' as line
    from days
    inner join scenarios
        on
            days.fund = scenarios.fund
            and days.session_date = scenarios.session_date
            and coalesce(days.lead_driver, days.trigger_driver, 'rates') = scenarios.driver
    group by days.fund, days.session_date, scenarios.position
    qualify row_number() over (partition by days.fund, days.session_date order by scenarios.position) = 1
),

written as (
    select
        days.fund,
        days.session_date,
        days.headline,
        concat(
            '# ', days.fund, ' ', cast(days.session_date as string), ': ', days.fund_name, {{ newline }}, {{ newline }},
            case when market.is_simulated then concat('**SIMULATED market: none of these prices is real.**', {{ newline }}, {{ newline }}) else '' end,
            days.headline, {{ newline }}, {{ newline }},
            coalesce(
                '| Driver | Move | Sensitivity | Points | +/- SE | Range over orders |' || {{ newline }}
                || '|---|---|---|---:|---:|---|' || {{ newline }}
                || replace(tables.lines, '\n', {{ newline }}) || {{ newline }}
                || '| Total | | | ' || {{ number_text('days.return_pct', 2, true) }} || ' | | |' || {{ newline }} || {{ newline }},
                ''
            ),
            coalesce('- How sure of each sign: ' || nullif(certainty.text, '') || {{ newline }}, ''),
            '- Day: ', coalesce(replace(days.day_class, '_', ' '), 'not classified'),
            case
                when days.trigger_driver is not null
                    then concat('; ', replace(days.trigger_driver, '_', ' '), ' moved ', {{ number_text('days.trigger_z', 1) }}, ' times its usual size')
                else '; no driver moved twice its usual size'
            end, {{ newline }},
            coalesce(holdings.story || {{ newline }}, ''),
            coalesce(holdings.line || {{ newline }}, ''),
            coalesce(levels.line || {{ newline }}, ''),
            coalesce('- Return from market closes: ' || {{ number_text('days.close_return_pct', 2, true) }} || ' %' || {{ newline }}, ''),
            coalesce(watched.line || {{ newline }}, ''),
            '- Status: ', replace(days.status, '_', ' '),
            coalesce('; ' || days.fallbacks, ''),
            coalesce('; missing ' || days.drivers_missing, ''),
            '; model ', days.model, case when days.is_broad_market then ' (this fund is the broad market, so the sign of the day is not used)' else '' end,
            ' {{ var("model_version") }}, ', cast(days.n_obs as string), ' sessions before the day',
            coalesce(', R2 ' || {{ number_text('days.r_squared') }}, ''),
            '; known at ', cast(date_trunc('second', days.as_of_knowledge_ts) as string), ' UTC', {{ newline }},
            '- Check: `select * from marts.fct_driver_attribution_daily where fund = ''', days.fund,
            ''' and session_date = ''', cast(days.session_date as string), ''' and model = ''', days.model, '''`', {{ newline }}
        ) as markdown
    from days
    cross join {{ ref('int_data_mode') }} as market
    left join tables
        on
            days.model = tables.model
            and days.fund = tables.fund
            and days.session_date = tables.session_date
    left join certainty
        on
            days.model = certainty.model
            and days.fund = certainty.fund
            and days.session_date = certainty.session_date
    left join levels
        on days.session_date = levels.session_date
    left join watched
        on
            days.fund = watched.fund
            and days.session_date = watched.session_date
    left join {{ ref('int_holdings_lines') }} as holdings
        on
            days.fund = holdings.fund
            and days.session_date = holdings.session_date
),

final as (
    select
        cast(fund as string) as fund,
        cast(session_date as date) as session_date,
        cast(headline as string) as headline,
        cast(markdown as string) as markdown
    from written
)

select * from final
