with

sessions as (
    select * from {{ ref('stg_xnys__sessions') }}
    where session_date not in (select closings.session_date from {{ ref('int_unscheduled_closings') }} as closings)
),

final as (
    select
        session_date,
        close_ts,
        is_half_day,
        cast(row_number() over (order by session_date) as integer) as session_number,
        lag(session_date) over (order by session_date) as previous_session_date
    from sessions
)

select * from final
