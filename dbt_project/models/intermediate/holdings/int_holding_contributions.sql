{{ config(materialized='incremental', unique_key='fund, session_date', on_schema_change='sync_all_columns') }}
-- Each line of a fund from one session to the next: what it weighed, what it returned, what it added, and what
-- else happened to it. Weights are of the session before; returns come from the issuer's own prices.
with

-- a new or restated file rebuilds its own session and the next one
pairs as (
    select
        fund,
        as_of_date as session_date,
        previous_as_of_date,
        greatest(landing_id, previous_landing_id) as landing_id
    from {{ ref('int_holdings_documents') }}
    where is_consecutive and greatest(landing_id, previous_landing_id) > {{ last_processed_landing_id() }}
),

lines_before as (
    select
        pairs.session_date,
        holdings.*
    from {{ ref('int_holdings_identified') }} as holdings
    inner join pairs
        on
            holdings.fund = pairs.fund
            and holdings.as_of_date = pairs.previous_as_of_date
),

lines_after as (
    select
        pairs.session_date,
        holdings.*
    from {{ ref('int_holdings_identified') }} as holdings
    inner join pairs
        on
            holdings.fund = pairs.fund
            and holdings.as_of_date = pairs.session_date
),

same_id as (
    select
        coalesce(lines_after.fund, lines_before.fund) as fund,
        coalesce(lines_after.session_date, lines_before.session_date) as session_date,
        lines_before.holding_id as id_before,
        lines_after.holding_id as id_after,
        not lines_after.is_cash_or_derivative as is_security,
        lines_after.quantity / nullif(lines_before.quantity, 0) as quantity_ratio
    from lines_before
    full outer join lines_after
        on
            lines_before.fund = lines_after.fund
            and lines_before.session_date = lines_after.session_date
            and lines_before.holding_id = lines_after.holding_id
),

-- creations and redemptions scale every quantity alike: what is left after that is the line's own
growth as (
    select
        fund,
        session_date,
        median(quantity_ratio) as fund_growth
    from same_id
    where is_security and quantity_ratio > 0
    group by fund, session_date
),

gone as (
    select lines_before.*
    from same_id
    inner join lines_before
        on
            same_id.fund = lines_before.fund
            and same_id.session_date = lines_before.session_date
            and same_id.id_before = lines_before.holding_id
    where same_id.id_after is null
),

arrived as (
    select lines_after.*
    from same_id
    inner join lines_after
        on
            same_id.fund = lines_after.fund
            and same_id.session_date = lines_after.session_date
            and same_id.id_after = lines_after.holding_id
    where same_id.id_before is null
),

-- a line that left and one that arrived are one holding under a new ticker when CUSIP or ISIN say so, or when the
-- quantity is the same to 0.1 % after the fund's growth, the name all but the same and the price not far off
rename_candidates as (
    select
        arrived.fund,
        arrived.session_date,
        gone.holding_id as id_before,
        arrived.holding_id as id_after,
        case when coalesce(gone.cusip = arrived.cusip or gone.isin = arrived.isin, false) then 0 else 1 end as doubt,
        abs(arrived.quantity / nullif(gone.quantity * growth.fund_growth, 0) - 1) as quantity_gap
    from gone
    inner join arrived
        on
            gone.fund = arrived.fund
            and gone.session_date = arrived.session_date
    left join growth
        on
            arrived.fund = growth.fund
            and arrived.session_date = growth.session_date
    where
        not gone.is_cash_or_derivative
        and not arrived.is_cash_or_derivative
        and (
            gone.cusip = arrived.cusip
            or gone.isin = arrived.isin
            or (
                abs(arrived.quantity / nullif(gone.quantity * growth.fund_growth, 0) - 1) <= 0.001
                and arrived.unit_value_usd between gone.unit_value_usd / 1.5 and gone.unit_value_usd * 1.5
                and levenshtein(gone.plain_name, arrived.plain_name) <= 0.25 * length(gone.plain_name)
                -- numbered names differ in little else
                and {{ without_pattern('gone.plain_name', '[^0-9]') }} = {{ without_pattern('arrived.plain_name', '[^0-9]') }}
            )
        )
),

renames as (
    select *
    from rename_candidates
    qualify
        row_number() over (partition by fund, session_date, id_before order by doubt, quantity_gap nulls last, id_after) = 1
        and row_number() over (partition by fund, session_date, id_after order by doubt, quantity_gap nulls last, id_before) = 1
),

links as (
    select
        same_id.fund,
        same_id.session_date,
        coalesce(same_id.id_before, renamed_from.id_before) as id_before,
        same_id.id_after,
        renamed_from.id_before is not null as is_renamed
    from same_id
    left join renames as renamed_from
        on
            same_id.fund = renamed_from.fund
            and same_id.session_date = renamed_from.session_date
            and same_id.id_after = renamed_from.id_after
    left join renames as renamed_to
        on
            same_id.fund = renamed_to.fund
            and same_id.session_date = renamed_to.session_date
            and same_id.id_before = renamed_to.id_before
    where renamed_to.id_before is null
),

compared as (
    select
        links.fund,
        links.session_date,
        pairs.landing_id,
        coalesce(links.id_after, links.id_before) as holding_id,
        links.id_before as previous_holding_id,
        links.is_renamed,
        before.holding_id is null as is_new,
        after.holding_id is null as is_gone,
        coalesce(after.ticker, before.ticker) as ticker,
        coalesce(after.name, before.name) as name,
        coalesce(before.sector_group, after.sector_group) as sector,
        coalesce(after.asset_class, before.asset_class) as asset_class,
        coalesce(before.is_cash_or_derivative, after.is_cash_or_derivative) as is_cash_or_derivative,
        coalesce(after.asset_class, before.asset_class) in ('Futures', 'Forwards', 'FX') as is_derivative,
        after.ticker <> before.ticker and not links.is_renamed as is_respelled,
        coalesce(before.weight_pct, 0) as weight_start_pct,
        coalesce(after.weight_pct, 0) as weight_end_pct,
        before.file_value_usd as file_value_before_usd,
        before.market_value_usd as value_before_usd,
        after.market_value_usd as value_after_usd,
        before.notional_value_usd as notional_before_usd,
        growth.fund_growth,
        after.quantity / nullif(before.quantity * growth.fund_growth, 0) as quantity_ratio,
        after.unit_value_usd / nullif(before.unit_value_usd, 0) as price_ratio
    from links
    inner join pairs
        on
            links.fund = pairs.fund
            and links.session_date = pairs.session_date
    left join lines_before as before
        on
            links.fund = before.fund
            and links.session_date = before.session_date
            and links.id_before = before.holding_id
    left join lines_after as after
        on
            links.fund = after.fund
            and links.session_date = after.session_date
            and links.id_after = after.holding_id
    left join growth
        on
            links.fund = growth.fund
            and links.session_date = growth.session_date
),

ratios as (
    select cast(new_shares as double) / old_shares as split_ratio
    from {{ ref('split_ratios') }}
),

-- a split: the quantity changed by a ratio that splits have, against a price that changed by its inverse. The second
-- arm takes in the small ones (5 for 4 while the share rises): there the quantity has to explain most of the price
splits as (
    select
        compared.fund,
        compared.session_date,
        compared.holding_id,
        ratios.split_ratio
    from compared
    inner join ratios
        on abs(compared.quantity_ratio / ratios.split_ratio - 1) <= 0.02
    where
        not compared.is_cash_or_derivative
        and compared.asset_class <> 'Fixed Income'
        and compared.quantity_ratio > 0
        and compared.price_ratio > 0
        and (
            (abs(ln(compared.price_ratio)) > ln(1.2) and abs(ln(compared.quantity_ratio * compared.price_ratio)) < 0.25)
            or (
                abs(ln(compared.price_ratio)) > ln(1.1)
                and abs(ln(compared.quantity_ratio * compared.price_ratio)) < 0.5 * abs(ln(compared.price_ratio))
            )
        )
    qualify
        row_number() over (
            partition by compared.fund, compared.session_date, compared.holding_id
            order by abs(compared.quantity_ratio / ratios.split_ratio - 1)
        ) = 1
),

-- the ratio itself and not the quantity's own, which holds the day's trading in the line as well
returned as (
    select
        compared.*,
        splits.split_ratio,
        case
            when compared.is_new or compared.is_gone then null
            when compared.is_derivative then (compared.price_ratio - 1) * 100
            when compared.is_cash_or_derivative then 0
            when compared.price_ratio > 0 then (compared.price_ratio * coalesce(splits.split_ratio, 1) - 1) * 100
        end as return_pct
    from compared
    left join splits
        on
            compared.fund = splits.fund
            and compared.session_date = splits.session_date
            and compared.holding_id = splits.holding_id
),

final as (
    select
        fund,
        session_date,
        holding_id,
        case when previous_holding_id <> holding_id then previous_holding_id end as previous_holding_id,
        ticker,
        name,
        sector,
        asset_class,
        is_cash_or_derivative,
        weight_start_pct,
        weight_end_pct,
        return_pct,
        case
            when is_new or is_gone then 0
            -- a future is settled in cash each day and printed at zero: its gain is that of its notional value
            when is_derivative and value_before_usd = 0 and value_after_usd = 0
                then coalesce(notional_before_usd * return_pct / nullif(file_value_before_usd, 0), 0)
            when is_derivative
                then coalesce((value_after_usd - value_before_usd) * 100 / nullif(file_value_before_usd, 0), 0)
            else coalesce(weight_start_pct * return_pct / 100, 0)
        end as contribution_pct,
        -- nothing is known of the part of the fund that left, or has no price
        case when is_gone or (return_pct is null and not is_new and not is_cash_or_derivative) then 0 else weight_start_pct end as covered_weight_pct,
        quantity_ratio,
        split_ratio,
        fund_growth,
        case
            when is_new then 'new_line'
            when is_gone then 'gone_line'
            when is_derivative then 'derivative'
            when is_cash_or_derivative then 'cash'
            when return_pct is null then 'no_price'
            when split_ratio is not null then 'split_inferred'
            when abs(ln(price_ratio)) > ln(1.5) then 'extreme_return'
        end as flag,
        case
            when is_new then 'added'
            when is_gone then 'dropped'
            when split_ratio is not null then 'split_inferred'
            when is_renamed then 'renamed'
            when not is_cash_or_derivative and abs(quantity_ratio - 1) > 0.01 then 'quantity_changed'
            when is_respelled then 'respelled'
        end as change,
        landing_id,
        '{{ holdings_code_hash() }}' as code_hash
    from returned
)

select * from final
