{#
    rolling_ols where the columns are the same for every entity: many returns on one set of drivers. Their moments and
    their factorisation are computed once a time and each entity adds its own cross moments: eight window sums a row
    for six columns, where the general form has thirty-five. The same columns and, to 1e-9, the same numbers.

    An entity's window has to hold the very times the drivers' window holds. Rows for which it does not, because a
    return is missing or the entity is younger than the window, come from rolling_ols itself.

    returns    rows of (entity, time, y), one per entity and time; y may be null
    drivers    rows of (time, columns..., eligible), one per time: eligible as rolling_moments has it
    Other arguments as in rolling_ols; a row may enter a window where its time is eligible and y is not null.
    Renders a query: the columns of rolling_ols, no row where the window holds fewer than min_obs.

    Cross moments are plain sums of values less the first of their series: without that shift, data far from zero
    lose the digits. The first and not the mean, which would look ahead.
#}
{% macro rolling_ols_shared(returns, drivers, entity, time, y, blocks, eligible, window=252, min_obs=180, with_condition_number=true) %}
    {%- set columns = [] -%}
    {%- for block in blocks -%}
        {%- do columns.extend(block.columns) -%}
    {%- endfor -%}
    {%- set means = [] -%}
    {%- for c in columns -%}
        {%- do means.append('shifted_mean_' ~ loop.index) -%}
    {%- endfor %}
with
placed as (
    select
        *,
        0 as all_entities,
        row_number() over (order by {{ time }}) as place
    from {{ drivers }}
),

driver_moments as (
    {{ rolling_moments('placed', 'all_entities', time, none, columns, eligible, window) }}
),

origins as (
    select
        {%- for c in columns %}
        arg_min({{ c }}, {{ time }}) as origin_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from placed
    where {{ eligible }}
),

-- reach: how many rows back the window begins
reaching as (
    select
        driver_moments.*,
        today.place,
        today.{{ eligible }} as is_in_windows,
        coalesce(today.place - first_in_window.place, 0) as reach
        {%- for c in columns %},
        today.{{ c }},
        case when today.{{ eligible }} then today.{{ c }} - origins.origin_{{ loop.index }} end as shifted_{{ loop.index }}
        {%- endfor %}
    from driver_moments
    inner join placed as today on driver_moments.{{ time }} = today.{{ time }}
    left join placed as first_in_window on driver_moments.window_start = first_in_window.{{ time }}
    cross join origins
),

driver_input as (
    select
        *
        {%- for c in columns %},
        avg(shifted_{{ loop.index }}) over in_window as shifted_mean_{{ loop.index }}
        {%- endfor %}
    from reaching
    window in_window as (order by place rows between reach preceding and 1 preceding)
),

{{ _ols_factored('driver_input', [time] + means, columns, min_obs, none, with_condition_number) }},

returns_placed as (
    select
        returns.{{ entity }},
        returns.{{ time }},
        returns.{{ y }},
        reaching.place,
        not reaching.is_in_windows or returns.{{ y }} is not null as is_whole
    from {{ returns }} as returns
    inner join reaching on returns.{{ time }} = reaching.{{ time }}
),

-- an entity follows the drivers where it has a row at each of their times, from its first to its last
entities as (
    select
        {{ entity }},
        min(place) filter (where is_whole) as first_place,
        max(place) > 1 + max(place) filter (where is_whole)
        or count(*) filter (where is_whole) <= max(place) filter (where is_whole) - min(place) filter (where is_whole) as has_gap,
        arg_min({{ y }}, place) filter (where is_whole) as origin
    from returns_placed
    group by {{ entity }}
),

followers as (
    select
        returns.{{ entity }},
        returns.{{ time }},
        returns.{{ y }},
        case when reaching.is_in_windows then returns.{{ y }} - entities.origin end as shifted_y,
        entities.first_place,
        reaching.place,
        reaching.reach
        {%- for c in columns %},
        reaching.shifted_{{ loop.index }}
        {%- endfor %}
    from {{ returns }} as returns
    inner join reaching on returns.{{ time }} = reaching.{{ time }}
    inner join entities on returns.{{ entity }} = entities.{{ entity }}
    where not entities.has_gap
),

window_sums as (
    select
        {{ entity }},
        {{ time }},
        {{ y }},
        place - reach >= first_place as is_filled,
        sum(shifted_y) over in_window as sum_y,
        sum(shifted_y * shifted_y) over in_window as sum_y_y
        {%- for c in columns %},
        sum(shifted_{{ loop.index }} * shifted_y) over in_window as sum_{{ loop.index }}_y
        {%- endfor %}
    from followers
    window in_window as (partition by {{ entity }} order by place rows between reach preceding and 1 preceding)
),

-- what is left of a constant y after the difference of two sums is no variance
shared_moments as (
    select
        window_sums.{{ entity }},
        window_sums.{{ y }} as y_today,
        factored.*,
        case
            when window_sums.sum_y_y - window_sums.sum_y * window_sums.sum_y / factored.n_obs > 1e-13 * window_sums.sum_y_y
                then (window_sums.sum_y_y - window_sums.sum_y * window_sums.sum_y / factored.n_obs) / factored.n_obs
            else 0
        end as var_y
        {%- for mean in means %},
        (window_sums.sum_{{ loop.index }}_y - factored.{{ mean }} * window_sums.sum_y) / factored.n_obs as cov_{{ loop.index }}_y
        {%- endfor %}
    from window_sums
    inner join factored on window_sums.{{ time }} = factored.{{ time }}
    where window_sums.is_filled
),

unfilled as (
    select
        returns.{{ entity }},
        returns.{{ time }},
        returns.{{ y }},
        {%- for c in columns %}
        reaching.{{ c }},
        {%- endfor %}
        reaching.is_in_windows and returns.{{ y }} is not null as is_in_own_windows
    from {{ returns }} as returns
    inner join reaching on returns.{{ time }} = reaching.{{ time }}
    inner join entities on returns.{{ entity }} = entities.{{ entity }}
    where entities.has_gap or reaching.place - reaching.reach < entities.first_place
)

select * from (
    {{ _ols_solved('shared_moments', [entity, time], columns, blocks, none, with_condition_number) }}
) as shared
union all by name
select * from (
    {{ rolling_ols('unfilled', entity, time, y, blocks, 'is_in_own_windows', window, min_obs, with_condition_number) }}
) as alone
{% endmacro %}
