{{ config(materialized='incremental', unique_key='fund, session_date', on_schema_change='sync_all_columns') }}
-- What each line of a fund returned and added, and what else happened to it. Weights are of the session before; returns come
-- from the issuer's own prices.
with

changes as (
    select * from {{ ref('int_holding_changes') }}
    where landing_id > {{ last_processed_landing_id() }}
),

returned as (
    select
        *,
        case
            when is_new or is_gone then null
            when is_derivative then (price_ratio - 1) * 100
            when is_cash_or_derivative then 0
            -- a price of zero is a line that was marked down to nothing
            else (price_ratio * coalesce(split_ratio, 1) + coalesce(spun_off_ratio, 0) - 1) * 100
        end as return_pct,
        -- what the lines of today would be worth at the quantity of the session before. The quantity of some swaps and forwards is
        -- their value in dollars, and says nothing of the position
        case
            when
                abs(value_before_usd / nullif(quantity_before, 0) - 1) <= {{ var('holdings_quantity_is_value') }}
                and abs(value_after_usd / nullif(quantity_after, 0) - 1) <= {{ var('holdings_quantity_is_value') }}
                then value_after_usd / coalesce(fund_growth, 1)
            when quantity_before * quantity_after > 0 then value_after_usd * quantity_before / quantity_after
            else value_after_usd
        end as value_at_old_quantity_usd
    from changes
),

final as (
    select
        fund,
        session_date,
        holding_id,
        case when previous_holding_id <> holding_id and not is_gone then previous_holding_id end as previous_holding_id,
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
                then coalesce((value_at_old_quantity_usd - value_before_usd) * 100 / nullif(file_value_before_usd, 0), 0)
            else coalesce(weight_start_pct * return_pct / 100, 0)
        end as contribution_pct,
        -- nothing is known of the part of the fund that left, or has no price
        case when is_gone or (return_pct is null and not is_new and not is_cash_or_derivative) then 0 else weight_start_pct end as covered_weight_pct,
        quantity_ratio,
        split_ratio,
        fund_growth,
        case
            when is_spin_off then 'spin_off_inferred'
            when is_new then 'new_line'
            when is_gone then 'gone_line'
            when is_derivative then 'derivative'
            when is_cash_or_derivative then 'cash'
            when return_pct is null then 'no_price'
            when split_ratio is not null then 'split_inferred'
            when price_ratio = 0 or abs(ln(price_ratio)) > ln({{ var('holdings_extreme_price_ratio') }}) then 'extreme_return'
        end as flag,
        case
            when is_spin_off then 'spin_off_inferred'
            when is_new then 'added'
            when is_gone then 'dropped'
            when split_ratio is not null then 'split_inferred'
            -- the second of two lines under a ticker may be the first on the next day
            when not is_cash_or_derivative and {{ without_pattern('previous_holding_id', '#.*') }} <> {{ without_pattern('holding_id', '#.*') }} then 'renamed'
            when not is_cash_or_derivative and abs(quantity_ratio - 1) > 0.01 then 'quantity_changed'
            when ticker <> ticker_before then 'respelled'
        end as change,
        landing_id,
        '{{ holdings_code_hash() }}' as code_hash
    from returned
)

select * from final
