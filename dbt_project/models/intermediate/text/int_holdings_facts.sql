-- What the brief says of the holdings of a session: the largest sectors and movers, and whether one sector accounts for
-- what no driver does. No row for a session whose holdings do not add up to the fund's return.
{% set mover = json_object({'label': 'label', 'contribution_pct': rounded('contribution_pct', 3)}) %}
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
        row_number() over (partition by sectors.fund, sectors.session_date order by abs(sectors.contribution_pct) desc, sectors.sector asc) as size_rank,
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

largest_sectors as (
    select
        fund,
        session_date,
        {{ json_array(json_object({'label': 'sector', 'contribution_pct': rounded('contribution_pct', 2)}), 'size_rank') }} as sectors
    from sectors
    where size_rank <= 3
    group by fund, session_date
),

latest_sessions as (
    select session_date
    from days
    group by session_date
    qualify row_number() over (order by session_date desc) <= {{ var('order_range_sessions') }}
),

movers as (
    select
        lines.fund,
        lines.session_date,
        coalesce(lines.ticker, lines.name) as label,
        lines.contribution_pct,
        row_number() over (partition by lines.fund, lines.session_date order by lines.contribution_pct desc, lines.holding_id asc) as nth_up,
        row_number() over (partition by lines.fund, lines.session_date order by lines.contribution_pct, lines.holding_id) as nth_down
    from {{ ref('int_holding_contributions') }} as lines
    inner join days
        on
            lines.fund = days.fund
            and lines.session_date = days.session_date
    where
        not lines.is_cash_or_derivative
        -- movers of the latest sessions only: ranking all holdings of all sessions in every build would be slow
        and lines.session_date in (select latest_sessions.session_date from latest_sessions)
),

largest_movers as (
    select
        fund,
        session_date,
        {{ json_array("case when nth_up <= 2 and contribution_pct > 0 then " ~ mover ~ " end", 'nth_up') }} as movers_up,
        {{ json_array("case when nth_down <= 2 and contribution_pct < 0 then " ~ mover ~ " end", 'nth_down') }} as movers_down
    from movers
    where nth_up <= 2 or nth_down <= 2
    group by fund, session_date
),

dominant_sectors as (
    select
        fund,
        session_date,
        {{ json_object({'label': 'sector', 'contribution_pct': rounded('own_pct', 2), 'specific_pct': rounded('specific_pct', 2)}) }} as dominant_sector
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
        {{ json_document({
            'sectors': 'largest_sectors.sectors', 'movers_up': 'largest_movers.movers_up', 'movers_down': 'largest_movers.movers_down',
            'dominant_sector': 'dominant_sectors.dominant_sector',
            'reconciliation': json_object({'status': 'days.status', 'residual_bp': rounded('days.residual_bp', 1), 'n_added': 'days.n_added',
                'n_dropped': 'days.n_dropped', 'is_reconstitution_day': 'days.is_reconstitution_day'})
        }) }} as facts
    from days
    inner join largest_sectors
        on
            days.fund = largest_sectors.fund
            and days.session_date = largest_sectors.session_date
    left join largest_movers
        on
            days.fund = largest_movers.fund
            and days.session_date = largest_movers.session_date
    left join dominant_sectors
        on
            days.fund = dominant_sectors.fund
            and days.session_date = dominant_sectors.session_date
)

select * from final
