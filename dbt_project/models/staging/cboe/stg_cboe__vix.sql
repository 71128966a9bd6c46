with

source as (
    select * from {{ source('raw', 'cboe__vix') }}
    qualify {{ current_version(['observation_date']) }}
),

final as (
    select
        observation_date,
        open as open_index,
        high as high_index,
        low as low_index,
        close as close_index,
        knowledge_ts
    from source
)

select * from final
