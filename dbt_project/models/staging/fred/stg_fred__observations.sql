with

source as (
    select * from {{ source('raw', 'fred__observations') }}
    qualify {{ current_version(['fred_id', 'observation_date']) }}
),

final as (
    select
        fred_id,
        observation_date,
        value,
        knowledge_ts
    from source
)

select * from final
