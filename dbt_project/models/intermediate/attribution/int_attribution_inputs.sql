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
        max(knowledge_ts) as knowledge_ts
    from {{ ref('int_component_daily') }}
    where component in ('{{ model_components() | join("', '") }}')
    group by session_date
),

final as (
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
        case
            when not returns.is_first_source or model_inputs.fallbacks is not null or model_inputs.is_expecting then 'provisional'
            when model_inputs.is_missing_one then 'final_partial'
            else 'final'
        end as input_status,
        -- an estimate depends on everything known of its window, so the newest value dates it
        max(greatest(returns.knowledge_ts, coalesce(model_inputs.knowledge_ts, returns.knowledge_ts))) over (
            partition by returns.fund order by returns.session_date rows between unbounded preceding and current row
        ) as as_of_knowledge_ts
    from {{ ref('int_fund_returns') }} as returns
    inner join model_inputs
        on returns.session_date = model_inputs.session_date
)

select * from final
