-- depends_on: {{ ref('attribution_models') }}
with

model_inputs as (
    select
        session_date,
        {{ joined_distinct("case when missing_reason is not null then driver end", ", ") }} as drivers_missing,
        {{ joined_distinct("case when source_rank > 1 then concat(driver, ' from ', " ~ source_text('source_series') ~ ") end", ", ") }} as fallbacks,
        max(case when missing_reason = 'not_yet' then 1 else 0 end) = 1 as is_expecting,
        max(case when missing_reason is not null then 1 else 0 end) = 1 as is_missing_one,
        max(case when missing_reason = 'oil_price_floor' then 1 else 0 end) = 1 as is_below_price_floor,
        max(case when sessions_spanned > 1 then 1 else 0 end) = 1 as is_accumulated,
        max(case when is_disputed then 1 else 0 end) = 1 as is_disputed,
        {{ joined_distinct("case when is_disputed then driver end", ", ") }} as disputed_drivers,
        {{ joined_distinct("case when missing_reason is null and source_rank = 1 and not is_confirmed then driver end", ", ") }} as unconfirmed_drivers,
        {{ joined_distinct("evidence", "; ") }} as evidence,
        max(knowledge_ts) as knowledge_ts
    from {{ ref('int_component_daily') }}
    where component in ('{{ model_components() | join("', '") }}')
    group by session_date
),

joined as (
    select
        returns.fund,
        returns.session_date,
        returns.return_pct,
        returns.close_return_pct,
        returns.source_series as return_source_series,
        model_inputs.drivers_missing,
        case
            when not returns.is_first_source and model_inputs.fallbacks is not null
                then concat('return from ', {{ source_text('returns.source_series') }}, ', ', model_inputs.fallbacks)
            when not returns.is_first_source then concat('return from ', {{ source_text('returns.source_series') }})
            else model_inputs.fallbacks
        end as fallbacks,
        model_inputs.is_below_price_floor,
        model_inputs.is_accumulated,
        model_inputs.is_expecting,
        model_inputs.is_missing_one,
        returns.is_first_source,
        returns.is_disputed as is_return_disputed,
        model_inputs.is_disputed as is_driver_disputed,
        model_inputs.disputed_drivers,
        -- NULL when a second publisher confirms everything
        nullif(
            concat(
                case when returns.is_first_source and not returns.is_confirmed then 'the return' else '' end,
                case when returns.is_first_source and not returns.is_confirmed and model_inputs.unconfirmed_drivers is not null then ', ' else '' end,
                coalesce(model_inputs.unconfirmed_drivers, '')
            ),
            ''
        ) as unconfirmed,
        nullif(
            concat(
                coalesce(returns.evidence, ''),
                case when returns.evidence is not null and model_inputs.evidence is not null then '; ' else '' end,
                coalesce(model_inputs.evidence, '')
            ),
            ''
        ) as evidence,
        -- an estimate depends on everything known of its window, so the newest value dates it
        max(greatest(returns.knowledge_ts, coalesce(model_inputs.knowledge_ts, returns.knowledge_ts))) over (
            partition by returns.fund order by returns.session_date rows between unbounded preceding and current row
        ) as as_of_knowledge_ts
    from {{ ref('int_fund_returns') }} as returns
    inner join model_inputs
        on returns.session_date = model_inputs.session_date
),

final as (
    select
        *,
        case
            when is_return_disputed or is_driver_disputed then 'disputed'
            when not is_first_source or fallbacks is not null or is_expecting or unconfirmed is not null then 'provisional'
            when is_missing_one then 'final_partial'
            else 'final'
        end as input_status
    from joined
)

select * from final
