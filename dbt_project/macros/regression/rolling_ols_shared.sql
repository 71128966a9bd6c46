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
    {{ return(adapter.dispatch('rolling_ols_shared', 'macrotape')(returns, drivers, entity, time, y, blocks, eligible, window, min_obs, with_condition_number)) }}
{% endmacro %}

{% macro default__rolling_ols_shared(returns, drivers, entity, time, y, blocks, eligible, window, min_obs, with_condition_number) %}
    {%- set columns = [] -%}
    {%- for block in blocks -%}
        {%- do columns.extend(block.columns) -%}
    {%- endfor -%}
    {%- set means = [] -%}
    {%- for c in columns -%}
        {%- do means.append('shifted_mean_' ~ loop.index) -%}
    {%- endfor %}
with
-- n_before: how many times that enter windows lie before this one; place: of those that do, counted from 1
placed as (
    select
        *,
        0 as all_entities,
        count(case when {{ eligible }} then 1 end) over (order by {{ time }} rows between unbounded preceding and 1 preceding) as n_before
    from {{ drivers }}
),

driver_moments as (
    {{ rolling_moments('placed', 'all_entities', time, none, columns, eligible, window) }}
),

origins as (
    select
        {%- for c in columns %}
        min_by({{ c }}, {{ time }}) as origin_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from placed
    where {{ eligible }}
),

shifted as (
    select
        placed.{{ time }},
        placed.n_before,
        case when placed.{{ eligible }} then placed.n_before + 1 end as place
        {%- for c in columns %},
        placed.{{ c }},
        placed.{{ c }} - origins.origin_{{ loop.index }} as shifted_{{ loop.index }}
        {%- endfor %}
    from placed
    cross join origins
),

shifted_means as (
    select
        place
        {%- for mean in means %},
        avg(shifted_{{ loop.index }}) over in_window as {{ mean }}
        {%- endfor %}
    from shifted
    where place is not null
    window in_window as (order by place rows between {{ window - 1 }} preceding and current row)
),

driver_input as (
    select
        driver_moments.*
        {%- for c in columns %},
        shifted.{{ c }},
        shifted_means.{{ means[loop.index0] }}
        {%- endfor %}
    from driver_moments
    inner join shifted on driver_moments.{{ time }} = shifted.{{ time }}
    left join shifted_means on shifted.n_before = shifted_means.place
),

{{ _ols_factored('driver_input', [time] + means, columns, min_obs, none, with_condition_number) }},

returns_placed as (
    select
        returns.{{ entity }},
        returns.{{ y }},
        shifted.n_before,
        case when returns.{{ y }} is not null then shifted.place end as place
    from {{ returns }} as returns
    inner join shifted on returns.{{ time }} = shifted.{{ time }}
),

entities as (
    select
        {{ entity }},
        min(place) as first_place,
        max(place) as last_place,
        max(n_before) as last_before,
        count(place) as n_places,
        min_by({{ y }}, place) as origin
    from returns_placed
    group by {{ entity }}
),

-- entities with a return at each place from their first on; lines_before as _window_sums counts lines
followers as (
    select
        {{ entity }},
        first_place,
        origin,
        cast(sum({{ window }} + n_places) over (order by {{ entity }}) as bigint) - last_place as lines_before
    from entities
    where
        n_places = last_place - first_place + 1
        and last_before <= last_place
),

{{ _window_sums(returns, 'shifted', 'followers', entity, time, y, columns | length, window) }},

-- line: where to find the window's sums, if it holds what the drivers' window holds
today as (
    select
        returns.{{ entity }},
        returns.{{ time }},
        returns.{{ y }},
        case
            when shifted.n_before - least(shifted.n_before, {{ window }}) + 1 >= followers.first_place
                then followers.lines_before + shifted.n_before
        end as line
    from {{ returns }} as returns
    inner join shifted on returns.{{ time }} = shifted.{{ time }}
    left join followers on returns.{{ entity }} = followers.{{ entity }}
),

shared_moments as (
    select
        today.{{ entity }},
        today.{{ y }} as y_today,
        factored.*,
        case
            when window_sums.sum_y_y - window_sums.sum_y * window_sums.sum_y / factored.n_obs > 1e-13 * window_sums.sum_y_y
                then (window_sums.sum_y_y - window_sums.sum_y * window_sums.sum_y / factored.n_obs) / factored.n_obs
            else 0
        end as var_y
        {%- for mean in means %},
        (window_sums.sum_x{{ loop.index }}_y - factored.{{ mean }} * window_sums.sum_y) / factored.n_obs as cov_{{ loop.index }}_y
        {%- endfor %}
    from today
    inner join window_sums on today.line = window_sums.line
    inner join factored on today.{{ time }} = factored.{{ time }}
),

unfilled as (
    select
        today.{{ entity }},
        today.{{ time }},
        today.{{ y }},
        {%- for c in columns %}
        shifted.{{ c }},
        {%- endfor %}
        shifted.place is not null and today.{{ y }} is not null as is_in_own_windows
    from today
    inner join shifted on today.{{ time }} = shifted.{{ time }}
    where today.line is null
)

select * from (
    {{ _ols_solved('shared_moments', [entity, time], columns, blocks, none, with_condition_number) }}
) as shared
union all by name
select * from (
    {{ rolling_ols('unfilled', entity, time, y, blocks, 'is_in_own_windows', window, min_obs, with_condition_number) }}
) as alone
{% endmacro %}

{# Spark has no streamed lag to share windows by: the same numbers from the general form, at its cost. #}
{% macro spark__rolling_ols_shared(returns, drivers, entity, time, y, blocks, eligible, window, min_obs, with_condition_number) %}
with
returns_with_drivers as (
    select
        returns.{{ entity }},
        returns.{{ time }},
        returns.{{ y }},
        {%- for block in blocks %}
        {%- for c in block.columns %}
        drivers.{{ c }},
        {%- endfor %}
        {%- endfor %}
        drivers.{{ eligible }} and returns.{{ y }} is not null as is_in_windows
    from {{ returns }} as returns
    inner join {{ drivers }} as drivers on returns.{{ time }} = drivers.{{ time }}
)

select * from (
    {{ rolling_ols('returns_with_drivers', entity, time, y, blocks, 'is_in_windows', window, min_obs, with_condition_number) }}
) as general
{% endmacro %}
