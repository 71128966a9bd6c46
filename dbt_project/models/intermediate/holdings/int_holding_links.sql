{{ config(materialized='incremental', unique_key='fund, session_date', on_schema_change='sync_all_columns') }}
-- Which line of a session is which line of the session before. A security is known by ISIN, CUSIP or SEDOL first, then by its
-- name, and only then by its ticker: tickers pass from one company or share class to another.
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

{% for side, day in [('before', 'previous_as_of_date'), ('after', 'session_date')] %}
lines_{{ side }} as (
    select
        pairs.session_date,
        holdings.*
    from {{ ref('int_holdings_identified') }} as holdings
    inner join pairs
        on
            holdings.fund = pairs.fund
            and holdings.as_of_date = pairs.{{ day }}
),

{% endfor %}
same_identifier as (
    {% for identifier in ['isin', 'cusip', 'sedol'] %}
    select
        before.fund,
        before.session_date,
        before.holding_id as id_before,
        after.holding_id as id_after,
        {{ loop.index }} as doubt
    from lines_before as before
    inner join lines_after as after
        on
            before.fund = after.fund
            and before.session_date = after.session_date
            and before.{{ identifier }} = after.{{ identifier }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

identified as (
    select * from same_identifier
    qualify {{ best_of_both('doubt, case when id_before = id_after then 0 else 1 end') }}
),

{{ unlinked('identified', 'identifier') }}

same_name as (
    select
        before.fund,
        before.session_date,
        before.holding_id as id_before,
        after.holding_id as id_after
    from before_identifier as before
    inner join after_identifier as after
        on
            before.fund = after.fund
            and before.session_date = after.session_date
            and before.plain_name = after.plain_name
    where before.plain_name <> ''
    qualify
        {{ best_of_both(
            'case when before.holding_id = after.holding_id then 0 else 1 end, abs(after.quantity - before.quantity) nulls last',
            'before.holding_id', 'after.holding_id', 'before'
        ) }}
),

{{ unlinked('same_name', 'name', 'identifier') }}

-- one ticker in two files is one security unless identifiers say otherwise, or quantity, price and value all do: another company took
-- over the ticker
same_ticker as (
    select
        before.fund,
        before.session_date,
        before.holding_id as id_before,
        after.holding_id as id_after
    from before_name as before
    inner join after_name as after
        on
            before.fund = after.fund
            and before.session_date = after.session_date
            and before.holding_id = after.holding_id
    where
        not coalesce(before.isin <> after.isin, before.cusip <> after.cusip, before.sedol <> after.sedol, false)
        and (
            before.is_cash_or_derivative
            or coalesce(abs(after.quantity / nullif(before.quantity, 0) - 1) <= {{ var('holdings_new_name_gap') }}, true)
            or coalesce(abs(after.unit_value_usd / nullif(before.unit_value_usd, 0) - 1) <= {{ var('holdings_new_name_gap') }}, true)
            or coalesce(abs(after.market_value_usd / nullif(before.market_value_usd, 0) - 1) <= {{ var('holdings_new_name_gap') }}, true)
        )
),

{{ unlinked('same_ticker', 'ticker', 'name') }}

certain as (
    select
        fund,
        session_date,
        id_before,
        id_after
    from identified
    union all
    select * from same_name
    union all
    select * from same_ticker
),

-- creations and redemptions scale every quantity alike: what is left after that is the line's own
growth as (
    select
        certain.fund,
        certain.session_date,
        median(after.quantity / before.quantity) as fund_growth
    from certain
    inner join lines_before as before
        on
            certain.fund = before.fund
            and certain.session_date = before.session_date
            and certain.id_before = before.holding_id
    inner join lines_after as after
        on
            certain.fund = after.fund
            and certain.session_date = after.session_date
            and certain.id_after = after.holding_id
    where not after.is_cash_or_derivative and before.quantity * after.quantity > 0
    group by certain.fund, certain.session_date
),

-- under a new ticker and name: the quantity is the same after the fund's growth, the name all but the same and the price not far off
renamed as (
    select
        before.fund,
        before.session_date,
        before.holding_id as id_before,
        after.holding_id as id_after
    from before_ticker as before
    inner join after_ticker as after
        on
            before.fund = after.fund
            and before.session_date = after.session_date
    inner join growth
        on
            before.fund = growth.fund
            and before.session_date = growth.session_date
    where
        not before.is_cash_or_derivative
        and not after.is_cash_or_derivative
        and abs(after.quantity / nullif(before.quantity * growth.fund_growth, 0) - 1) <= {{ var('holdings_same_quantity_tolerance') }}
        and after.unit_value_usd between before.unit_value_usd / {{ var('holdings_rename_price_ratio') }} and before.unit_value_usd * {{ var('holdings_rename_price_ratio') }}
        and levenshtein(before.plain_name, after.plain_name) <= {{ var('holdings_rename_letters') }} * length(before.plain_name)
        -- numbered names differ in little else
        and {{ without_pattern('before.plain_name', '[^0-9]') }} = {{ without_pattern('after.plain_name', '[^0-9]') }}
    qualify {{ best_of_both('abs(after.quantity / nullif(before.quantity * growth.fund_growth, 0) - 1)', 'before.holding_id', 'after.holding_id', 'before') }}
),

linked as (
    select * from certain
    union all
    select * from renamed
),

{{ unlinked('renamed', 'any', 'ticker') }}

all_lines as (
    select * from linked
    union all
    select
        fund,
        session_date,
        holding_id as id_before,
        cast(null as {{ dbt.type_string() }}) as id_after
    from before_any
    union all
    select
        fund,
        session_date,
        cast(null as {{ dbt.type_string() }}) as id_before,
        holding_id as id_after
    from after_any
),

final as (
    select
        all_lines.fund,
        all_lines.session_date,
        -- a ticker that passed to another company on the day is of both: the one that left gets a mark
        case
            when all_lines.id_after is not null then all_lines.id_after
            when namesakes.holding_id is null then all_lines.id_before
            else concat(all_lines.id_before, '#left')
        end as holding_id,
        all_lines.id_before,
        all_lines.id_after,
        -- 1 where no quantity is known
        coalesce(growth.fund_growth, 1) as fund_growth,
        pairs.previous_as_of_date,
        pairs.landing_id,
        '{{ holdings_code_hash() }}' as code_hash
    from all_lines
    inner join pairs
        on
            all_lines.fund = pairs.fund
            and all_lines.session_date = pairs.session_date
    left join growth
        on
            all_lines.fund = growth.fund
            and all_lines.session_date = growth.session_date
    left join lines_after as namesakes
        on
            all_lines.fund = namesakes.fund
            and all_lines.session_date = namesakes.session_date
            and all_lines.id_before = namesakes.holding_id
            and all_lines.id_after is null
)

select * from final
