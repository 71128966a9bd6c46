{{ config(materialized='incremental', unique_key='fund, as_of_date', on_schema_change='sync_all_columns') }}
-- One row per fund, as_of_date and holding, with an id that is the same on every day and in every file layout.
with

holdings as (
    select * from {{ ref('stg_ishares__holdings') }}
    where landing_id > {{ last_processed_landing_id() }}
),

asset_classes as (
    select * from {{ ref('asset_classes') }}
),

-- the issuer spells a share class MOGA in one year and 'MOG A' in the next: compare letters and digits only
spelled as (
    select
        holdings.fund,
        holdings.as_of_date,
        holdings.line_number,
        holdings.ticker,
        holdings.name,
        holdings.sector,
        holdings.asset_class,
        -- N/A and 000000000 identify nothing
        {%- for identifier in ['isin', 'cusip', 'sedol'] %}
        nullif({{ without_pattern("upper(trim(coalesce(holdings." ~ identifier ~ ", '')))", '^(N/?A|NONE|[- 0]*)$') }}, '') as {{ identifier }},
        {%- endfor %}
        holdings.currency,
        holdings.fx_rate,
        holdings.price,
        holdings.quantity,
        holdings.market_value_usd,
        holdings.notional_value_usd,
        holdings.printed_weight_pct,
        holdings.landing_id,
        -- a class that is no row of the seed is a derivative by its words: Equity Option, FX Forwards, Index Futures
        coalesce(
            asset_classes.kind,
            case
                {%- for word in ['option', 'future', 'forward', 'swap', 'other derivative'] %}
                when lower(holdings.asset_class) like '%{{ word }}%' then 'derivative'
                {%- endfor %}
            end
        ) as kind,
        nullif({{ without_pattern("upper(coalesce(ticker, ''))", '[^A-Z0-9]') }}, '') as plain_ticker,
        {{ without_pattern("upper(coalesce(name, ''))", '[^A-Z0-9]') }} as plain_name
    from holdings
    left join asset_classes
        -- bond files have the kind of such a line in the column of sectors
        on case when holdings.asset_class = 'Cash and/or Derivatives' then coalesce(holdings.sector, holdings.asset_class) else holdings.asset_class end = asset_classes.asset_class
),

-- one ticker of two companies, in Hong Kong and in Tokyo: their other identifiers differ
shared_tickers as (
    select
        *,
        min(coalesce(isin, cusip, sedol)) over (partition by fund, as_of_date, plain_ticker)
        <> max(coalesce(isin, cusip, sedol)) over (partition by fund, as_of_date, plain_ticker) as is_shared_ticker
    from spelled
),

named as (
    select
        *,
        case
            when plain_ticker is not null and is_shared_ticker then concat(plain_ticker, ':', coalesce(isin, cusip, sedol, plain_name))
            when plain_ticker is not null then plain_ticker
            when cusip is not null then concat('CUSIP:', cusip)
            when isin is not null then concat('ISIN:', isin)
            else concat('NAME:', plain_name)
        end as base_id,
        kind is not null or coalesce(sector = 'Cash and/or Derivatives', false) or coalesce(asset_class = 'Cash and/or Derivatives', false) as is_cash_or_derivative,
        -- what stands among cash and derivatives and is no cash
        coalesce(kind, case when 'Cash and/or Derivatives' in (sector, asset_class) then 'derivative' end, '') = 'derivative' as is_derivative,
        -- prices in the column are in the line's currency; files without that column are in dollars
        case when coalesce(currency, 'USD') = 'USD' then price else price / nullif(fx_rate, 0) end as price_usd,
        market_value_usd / nullif(quantity, 0) as value_per_unit
    from shared_tickers
),

-- one file may list a ticker twice (the real line and a worthless residue): the larger keeps the plain id
numbered as (
    select
        *,
        row_number() over (
            partition by fund, as_of_date, base_id order by abs(market_value_usd) desc nulls last, line_number
        ) as nth,
        {{ exact_sum('market_value_usd', scale=4, over='over (partition by fund, as_of_date)') }} as file_value_usd
    from named
),

final as (
    select
        fund,
        as_of_date,
        line_number,
        case when nth = 1 then base_id else concat(base_id, '#', cast(nth as string)) end as holding_id,
        ticker,
        name,
        plain_name,
        sector,
        asset_class,
        cusip,
        isin,
        sedol,
        market_value_usd,
        market_value_usd * 100 / nullif(file_value_usd, 0) as weight_pct,
        file_value_usd,
        printed_weight_pct,
        notional_value_usd,
        quantity,
        -- files of funds that hold no securities have no prices
        coalesce(price, value_per_unit) as price,
        -- market value over quantity is the price with the digits that printing cuts off: half a cent is half a
        -- percent of a share at one dollar. Of bonds and where the two disagree the printed price counts, unless it is zero
        -- beside a value. A future without price and value goes by its notional value
        case
            when is_derivative and coalesce(price_usd, 0) = 0 and coalesce(market_value_usd, 0) = 0 and notional_value_usd <> 0
                then notional_value_usd / nullif(quantity, 0)
            when coalesce(price_usd, 0) = 0 then coalesce(value_per_unit, price_usd)
            when asset_class = 'Fixed Income' then price_usd
            when price_usd is null or abs(value_per_unit - price_usd) <= 0.0051 + 0.0001 * price_usd then value_per_unit
            else price_usd
        end as unit_value_usd,
        is_cash_or_derivative,
        is_derivative,
        case
            when is_cash_or_derivative then 'Cash and/or Derivatives'
            else coalesce(sector, 'Unclassified')
        end as sector_group,
        landing_id,
        '{{ holdings_code_hash() }}' as code_hash
    from numbered
)

select * from final
