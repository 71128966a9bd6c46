with

sessions as (
    select * from {{ ref('int_sessions') }}
),

final as (
    select
        cast(session_date as date) as session_date,
        cast(session_number as integer) as session_number,
        cast(previous_session_date as date) as previous_session_date,
        cast(close_ts as timestamp) as close_ts,
        cast(is_half_day as boolean) as is_half_day
    from sessions
)

select * from final
