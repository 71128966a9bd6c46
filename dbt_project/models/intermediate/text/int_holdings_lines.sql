-- What the holdings say of a session, in one or two lines of the brief: sectors, names, and whether one sector
-- accounts for what no driver does. Nothing on a day on which the lines do not add up to the fund.
with

days as (
    select * from {{ ref('int_holdings_reconciliation') }}
    where status in ('reconciled', 'approximate')
),

attributed as (
    select days.*
    from {{ ref('int_attribution_days') }} as days
    inner join {{ ref('funds') }} as funds
        on
            days.fund = funds.fund
            and days.model = funds.default_model
),

sectors as (
    select
        sectors.*,
        row_number() over (partition by sectors.fund, sectors.session_date order by abs(sectors.contribution_pct) desc, sectors.sector) as size_rank,
        -- as if each sector had moved with the drivers as the whole fund did: what is left of it adds up to the specific part
        sectors.contribution_pct - sectors.weight_start_pct * attributed.explained_pct / 100 as own_pct,
        attributed.specific_pct,
        attributed.day_class
    from {{ ref('int_sector_contributions') }} as sectors
    inner join days
        on
            sectors.fund = days.fund
            and sectors.session_date = days.session_date
    left join attributed
        on
            sectors.fund = attributed.fund
            and sectors.session_date = attributed.session_date
    where sectors.sector <> 'Cash and/or Derivatives'
),

sector_texts as (
    select
        fund,
        session_date,
        {{ joined_text("concat(sector, ' ', " ~ number_text('contribution_pct', 2, true) ~ ")", ", ", "size_rank") }} as sector_text
    from sectors
    where size_rank <= 3
    group by fund, session_date
),

movers as (
    select
        lines.fund,
        lines.session_date,
        coalesce(lines.ticker, lines.name) as label,
        lines.contribution_pct,
        row_number() over (partition by lines.fund, lines.session_date order by lines.contribution_pct desc, lines.holding_id) as nth_up,
        row_number() over (partition by lines.fund, lines.session_date order by lines.contribution_pct, lines.holding_id) as nth_down
    from {{ ref('int_holding_contributions') }} as lines
    inner join days
        on
            lines.fund = days.fund
            and lines.session_date = days.session_date
    where
        not lines.is_cash_or_derivative
        -- a brief is of one session: the days nobody has read lately need not be sorted anew each evening
        and lines.session_date in (
            select session_date from (
                select
                    session_date,
                    dense_rank() over (order by session_date desc) as sessions_ago
                from (select distinct session_date from days)
            )
            where sessions_ago <= {{ var('order_range_sessions') }}
        )
),

mover_texts as (
    select
        fund,
        session_date,
        {{ joined_text("case when nth_up <= 2 and contribution_pct > 0 then concat(label, ' ', " ~ number_text('contribution_pct', 3, true) ~ ") end", ", ", "nth_up") }} as up_text,
        {{ joined_text("case when nth_down <= 2 and contribution_pct < 0 then concat(label, ' ', " ~ number_text('contribution_pct', 3, true) ~ ") end", ", ", "nth_down") }} as down_text
    from movers
    where nth_up <= 2 or nth_down <= 2
    group by fund, session_date
),

stories as (
    select
        fund,
        session_date,
        concat(
            '- One sector: ', sector, ' makes ', {{ number_text('own_pct', 2, true) }}, ' of the ', {{ number_text('specific_pct', 2, true) }},
            ' points that no driver accounts for'
        ) as story
    from sectors
    where
        day_class in ('etf_specific', 'mixed')
        and own_pct * specific_pct > 0
        and abs(own_pct) >= 0.5 * abs(specific_pct)
    qualify row_number() over (partition by fund, session_date order by abs(own_pct) desc, sector) = 1
),

final as (
    select
        days.fund,
        days.session_date,
        concat(
            '- Holdings, points: ', sector_texts.sector_text,
            coalesce('; up ' || mover_texts.up_text, ''),
            coalesce('; down ' || mover_texts.down_text, ''),
            '; ', days.status, ', ', {{ number_text('days.residual_bp', 1, true) }}, ' bp unexplained',
            case when days.n_added + days.n_dropped > 0 then concat('; ', cast(days.n_added as string), ' added, ', cast(days.n_dropped as string), ' dropped') else '' end,
            case when days.is_reconstitution_day then '; reconstitution day' else '' end
        ) as line,
        stories.story
    from days
    inner join sector_texts
        on
            days.fund = sector_texts.fund
            and days.session_date = sector_texts.session_date
    left join mover_texts
        on
            days.fund = mover_texts.fund
            and days.session_date = mover_texts.session_date
    left join stories
        on
            days.fund = stories.fund
            and days.session_date = stories.session_date
)

select * from final
