{{ config(materialized='incremental', unique_key='fund, session_date', on_schema_change='sync_all_columns') }}
-- Each line of a session beside itself on the session before: weights, ratios of quantity and price, splits and spin-offs.
with

links as (
    select * from {{ ref('int_holding_links') }}
    where landing_id > {{ last_processed_landing_id() }}
),

compared as (
    select
        links.fund,
        links.session_date,
        links.landing_id,
        links.holding_id,
        links.id_before as previous_holding_id,
        links.id_before is null as is_new,
        links.id_after is null as is_gone,
        coalesce(after.ticker, before.ticker) as ticker,
        coalesce(after.name, before.name) as name,
        coalesce(before.sector_group, after.sector_group) as sector,
        coalesce(after.asset_class, before.asset_class) as asset_class,
        coalesce(before.is_cash_or_derivative, after.is_cash_or_derivative) as is_cash_or_derivative,
        coalesce(before.is_derivative, after.is_derivative) as is_derivative,
        coalesce(before.weight_pct, 0) as weight_start_pct,
        coalesce(after.weight_pct, 0) as weight_end_pct,
        before.ticker as ticker_before,
        before.file_value_usd as file_value_before_usd,
        before.market_value_usd as value_before_usd,
        after.market_value_usd as value_after_usd,
        before.notional_value_usd as notional_before_usd,
        before.quantity as quantity_before,
        after.quantity as quantity_after,
        links.fund_growth,
        after.quantity / nullif(before.quantity * links.fund_growth, 0) as quantity_ratio,
        after.unit_value_usd / nullif(before.unit_value_usd, 0) as price_ratio
    from links
    left join {{ ref('int_holdings_identified') }} as before
        on
            links.fund = before.fund
            and links.previous_as_of_date = before.as_of_date
            and links.id_before = before.holding_id
    left join {{ ref('int_holdings_identified') }} as after
        on
            links.fund = after.fund
            and links.session_date = after.as_of_date
            and links.id_after = after.holding_id
),

-- a split is recognized by a quantity that jumps while quantity times price stays: how far apart, in logarithms
jumps as (
    select
        *,
        greatest(quantity_ratio, 1 / quantity_ratio) as jump,
        greatest(quantity_ratio * fund_growth, 1 / (quantity_ratio * fund_growth)) as raw_jump,
        abs(ln(price_ratio)) as price_jump,
        abs(ln(quantity_ratio * price_ratio)) as value_jump
    from compared
    where
        not is_cash_or_derivative
        and asset_class <> 'Fixed Income'
        and quantity_ratio > 0
        and price_ratio > 0
),

-- the ratio in whole shares (7 for 1, 3 for 2) and not the jump itself, which includes the day's trading. Not every line follows the
-- fund's growth: the quantity as it is counts too
ratios as (
    select
        *,
        {{ whole_share_ratio('jump') }} as grown_ratio,
        {{ whole_share_ratio('raw_jump') }} as raw_ratio
    from jumps
),

chosen_ratios as (
    select
        *,
        case
            when grown_ratio is null or abs(ln(raw_ratio) - price_jump) < abs(ln(grown_ratio) - price_jump) then raw_ratio
            else grown_ratio
        end as whole_share_ratio
    from ratios
),

-- the second arm takes in the small ones (5 for 4 while the share rises): there the quantity has to explain most of the price.
-- A ratio that is none of whole shares (1,000 for 31, 13 for 10) has to explain all but a small part of it
splits as (
    select
        fund,
        session_date,
        holding_id,
        case when quantity_ratio >= 1 then coalesce(whole_share_ratio, jump) else 1 / coalesce(whole_share_ratio, jump) end as split_ratio
    from chosen_ratios
    where
        (whole_share_ratio is not null and price_jump > ln(1.2) and value_jump < 0.25)
        or (whole_share_ratio is not null and price_jump > ln(1.1) and value_jump < 0.5 * price_jump)
        or (ln(jump) >= ln({{ var('holdings_split_least_ratio') }}) and value_jump <= {{ var('holdings_split_unexplained') }} * ln(jump))
),

-- a spin-off: a line that was not there makes up for the fall of another whose quantity stayed
falls as (
    select
        compared.*,
        compared.value_before_usd * compared.quantity_after / nullif(compared.quantity_before, 0) as value_kept_usd
    from compared
    left join splits
        on
            compared.fund = splits.fund
            and compared.session_date = splits.session_date
            and compared.holding_id = splits.holding_id
    inner join {{ ref('int_holdings_documents') }} as documents
        on
            compared.fund = documents.fund
            and compared.session_date = documents.as_of_date
    where
        not compared.is_cash_or_derivative
        and compared.asset_class <> 'Fixed Income'
        and splits.holding_id is null
        -- hundreds of lines are new on such a day, and one of them is like any fall
        and not documents.is_reconstitution_day
        and least(abs(compared.quantity_ratio - 1), abs(compared.quantity_ratio * compared.fund_growth - 1)) <= {{ var('holdings_spin_off_quantity_tolerance') }}
        and compared.price_ratio < 1 - {{ var('holdings_spin_off_least_fall_pct') }} / 100.0
),

spin_off_candidates as (
    select
        falls.fund,
        falls.session_date,
        falls.holding_id as id_before,
        children.holding_id as id_after,
        falls.value_kept_usd,
        children.value_after_usd as child_value_usd,
        abs((falls.value_after_usd + children.value_after_usd) / falls.value_kept_usd - 1) as value_gap,
        1 - falls.price_ratio as fall
    from falls
    inner join compared as children
        on
            falls.fund = children.fund
            and falls.session_date = children.session_date
    where
        children.is_new
        and not children.is_cash_or_derivative
        and falls.value_kept_usd > 0
),

spin_offs as (
    select * from spin_off_candidates
    where value_gap < {{ var('holdings_spin_off_gap') }} * fall
    qualify {{ best_of_both('value_gap') }}
),

final as (
    select
        compared.*,
        splits.split_ratio,
        parents.child_value_usd / parents.value_kept_usd as spun_off_ratio,
        parents.id_before is not null or children.id_after is not null as is_spin_off,
        '{{ holdings_code_hash() }}' as code_hash
    from compared
    left join splits
        on
            compared.fund = splits.fund
            and compared.session_date = splits.session_date
            and compared.holding_id = splits.holding_id
    left join spin_offs as parents
        on
            compared.fund = parents.fund
            and compared.session_date = parents.session_date
            and compared.holding_id = parents.id_before
    left join spin_offs as children
        on
            compared.fund = children.fund
            and compared.session_date = children.session_date
            and compared.holding_id = children.id_after
)

select * from final
