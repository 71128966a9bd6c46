with

source as (
    select * from {{ source('raw', 'xnys__sessions') }}
    qualify {{ current_version(['session_date']) }}
),

final as (
    select
        session_date,
        close_ts,
        is_half_day,
        knowledge_ts
    from source
)

select * from final
