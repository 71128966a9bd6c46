-- The newest file of each fund and date beside the file of the session before, if there is one: only files of
-- consecutive sessions are compared, because what happened between others cannot be separated.
with

documents as (
    select
        landings.fund,
        landings.as_of_date,
        landings.landing_id,
        landings.knowledge_ts,
        landings.n_lines,
        sessions.session_number,
        sessions.previous_session_date,
        -- a Friday lies a multiple of seven days from another
        {{ dbt.datediff("cast('1990-01-05' as date)", "landings.as_of_date", "day") }} % 7 = 0 as is_friday
    from {{ ref('stg_ishares__holdings_landings') }} as landings
    -- a file of a day without a session is kept and not compared
    inner join {{ ref('int_sessions') }} as sessions
        on landings.as_of_date = sessions.session_date
    qualify dense_rank() over (partition by landings.fund, landings.as_of_date order by landings.knowledge_ts desc, landings.landing_id desc) = 1
),

with_previous as (
    select
        *,
        lag(as_of_date) over by_date as previous_as_of_date,
        lag(landing_id) over by_date as previous_landing_id,
        session_number - lag(session_number) over by_date as sessions_spanned
    from documents
    window by_date as (partition by fund order by as_of_date)
),

final as (
    select
        fund,
        as_of_date,
        landing_id,
        knowledge_ts,
        n_lines,
        previous_session_date,
        previous_as_of_date,
        previous_landing_id,
        coalesce(sessions_spanned = 1, false) as is_consecutive,
        -- the index is reconstituted at the close of June's fourth Friday, from 2026 of November's second too
        is_friday and (
            (extract(month from as_of_date) = 6 and extract(day from as_of_date) between 22 and 28)
            or (
                extract(year from as_of_date) >= 2026
                and extract(month from as_of_date) = 11
                and extract(day from as_of_date) between 8 and 14
            )
        ) as is_reconstitution_day
    from with_previous
)

select * from final
