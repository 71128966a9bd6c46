with

component_moves as (
    select * from {{ ref('int_component_daily') }}
),

-- how large a move of this component was usual over the window that ended on this session
usual as (
    select
        component,
        session_date,
        stddev_pop(move) over in_window as move_sd,
        count(*) over in_window as n_obs
    from component_moves
    where is_estimable
    window in_window as (
        partition by component order by session_date
        rows between {{ var('estimation_window') - 1 }} preceding and current row
    )
),

with_window_end as (
    select
        component,
        driver,
        session_date,
        move,
        max(case when is_estimable then session_date end) over (
            partition by component order by session_date rows between unbounded preceding and 1 preceding
        ) as window_end
    from component_moves
),

final as (
    select
        with_window_end.component,
        with_window_end.driver,
        with_window_end.session_date,
        case
            when usual.n_obs >= {{ var('estimation_min_obs') }}
                then abs(with_window_end.move) / nullif(usual.move_sd, 0)
        end as shock_z
    from with_window_end
    left join usual
        on
            with_window_end.component = usual.component
            and with_window_end.window_end = usual.session_date
)

select * from final
