-- One row per fund, as_of_date and holding, with an id that is the same on every day and in every file layout.
with

holdings as (
    select * from {{ ref('stg_ishares__holdings') }}
),

-- the issuer spells a share class MOGA in one year and 'MOG A' in the next: compare letters and digits only
spelled as (
    select
        *,
        nullif(regexp_replace(upper(coalesce(ticker, '')), '[^A-Z0-9]', '', 'g'), '') as plain_ticker,
        regexp_replace(upper(coalesce(name, '')), '[^A-Z0-9]', '', 'g') as plain_name
    from holdings
),

named as (
    select
        *,
        case
            when plain_ticker is not null then plain_ticker
            when cusip is not null then concat('CUSIP:', cusip)
            when isin is not null then concat('ISIN:', isin)
            else concat('NAME:', plain_name)
        end as base_id
    from spelled
),

-- one file may list a ticker twice (the real line and a worthless residue): the larger keeps the plain id
numbered as (
    select
        *,
        row_number() over (
            partition by fund, as_of_date, base_id order by abs(market_value_usd) desc nulls last, line_number
        ) as nth
    from named
),

final as (
    select
        fund,
        as_of_date,
        line_number,
        case when nth = 1 then base_id else concat(base_id, '#', cast(nth as varchar)) end as holding_id,
        ticker,
        name,
        sector,
        asset_class,
        cusip,
        isin,
        market_value_usd,
        market_value_usd * 100 / nullif(sum(market_value_usd) over (partition by fund, as_of_date), 0) as weight_pct,
        printed_weight_pct,
        notional_value_usd,
        quantity,
        price,
        coalesce(
            asset_class in ('Cash', 'Money Market', 'Cash Collateral and Margins', 'Cash Collateral', 'Futures', 'Forwards', 'FX', 'Cash and/or Derivatives')
            or sector = 'Cash and/or Derivatives',
            false
        ) as is_cash_or_derivative
    from numbered
)

select * from final
