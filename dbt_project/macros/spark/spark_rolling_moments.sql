{#
    rolling_moments for Spark, which computes a moving aggregate in full for each row: running sums instead, and what they were
    a window ago, which costs the same at every width.

    A difference of running sums loses the digits of what lies before the window. So values are put in units of their
    entity's standard deviation first, and their products summed as decimals: no addition rounds, and what is left is the
    rounding of each product. Mean and standard deviation are of all eligible rows, later ones too; they cancel out of every
    moment but for its last bits.
#}
{% macro spark__rolling_moments(relation, entity, time, y, columns, eligible, window) %}
    {%- set values = ([y] if y else []) + columns -%}
    {%- set names = (['y'] if y else []) + columns %}
with
observed as (
    select
        {{ entity }},
        {{ time }},
        {%- for value in values %}
        cast({{ value }} as double) as x_{{ loop.index }},
        {%- endfor %}
        {{ eligible }} as is_in_windows,
        max(case when {{ eligible }} then {{ time }} end) over (
            partition by {{ entity }} order by {{ time }} rows between unbounded preceding and 1 preceding
        ) as window_end
    from {{ relation }}
),

units as (
    select
        {{ entity }}
        {%- for value in values %},
        avg(x_{{ loop.index }}) as origin_{{ loop.index }},
        coalesce(nullif(stddev_pop(x_{{ loop.index }}), 0), 1) as unit_{{ loop.index }}
        {%- endfor %}
    from observed
    where is_in_windows
    group by {{ entity }}
),

standardised as (
    select
        observed.{{ entity }},
        observed.{{ time }},
        units.* except ({{ entity }})
        {%- for value in values %},
        (observed.x_{{ loop.index }} - units.origin_{{ loop.index }}) / units.unit_{{ loop.index }} as z_{{ loop.index }},
        case when observed.x_{{ loop.index }} = lag(observed.x_{{ loop.index }}) over by_time then 0 else 1 end as is_change_{{ loop.index }}
        {%- endfor %}
    from observed
    inner join units on observed.{{ entity }} = units.{{ entity }}
    where observed.is_in_windows
    window by_time as (partition by observed.{{ entity }} order by observed.{{ time }})
),

running as (
    select
        *,
        count(*) over so_far as place
        {%- for i in range(1, values | length + 1) %},
        sum(is_change_{{ i }}) over so_far as changes_{{ i }},
        sum(cast(z_{{ i }} as decimal(38, 20))) over so_far as sum_{{ i }}
            {%- for k in range(i, values | length + 1) %},
        sum(cast(z_{{ i }} * z_{{ k }} as decimal(38, 20))) over so_far as sum_{{ i }}_{{ k }}
            {%- endfor %}
        {%- endfor %}
    from standardised
    window so_far as (partition by {{ entity }} order by {{ time }} rows between unbounded preceding and current row)
),

moving as (
    select
        {{ entity }},
        {{ time }},
        least(place, {{ window }}) as n_obs,
        coalesce(lag({{ time }}, {{ window - 1 }}) over by_time, first_value({{ time }}) over by_time) as window_start
        {%- for i in range(1, values | length + 1) %},
        origin_{{ i }},
        unit_{{ i }},
        changes_{{ i }} = lag(changes_{{ i }}, {{ window - 1 }}, 1) over by_time as is_constant_{{ i }},
        cast(sum_{{ i }} - lag(sum_{{ i }}, {{ window }}, 0) over by_time as double) / least(place, {{ window }}) as mean_{{ i }}
            {%- for k in range(i, values | length + 1) %},
        cast(sum_{{ i }}_{{ k }} - lag(sum_{{ i }}_{{ k }}, {{ window }}, 0) over by_time as double) / least(place, {{ window }}) as mean_{{ i }}_{{ k }}
            {%- endfor %}
        {%- endfor %}
    from running
    window by_time as (partition by {{ entity }} order by {{ time }})
),

windows as (
    select
        {{ entity }},
        {{ time }} as window_end,
        n_obs,
        window_start
        {%- for name in names %}
            {%- set i = loop.index %},
        origin_{{ i }} + unit_{{ i }} * mean_{{ i }} as mean_{{ name }},
        case when is_constant_{{ i }} then 0 else unit_{{ i }} * unit_{{ i }} * (mean_{{ i }}_{{ i }} - mean_{{ i }} * mean_{{ i }}) end as var_{{ name }}
            {%- for other in names[i:] %}
                {%- set k = i + loop.index %},
        case
            when is_constant_{{ i }} or is_constant_{{ k }} then 0
            else unit_{{ i }} * unit_{{ k }} * (mean_{{ i }}_{{ k }} - mean_{{ i }} * mean_{{ k }})
        end as {{ 'cov_' ~ other ~ '__y' if y and i == 1 else covariance_name(name, other) }}
            {%- endfor %}
        {%- endfor %}
    from moving
)

select
    observed.{{ entity }},
    observed.{{ time }},
    coalesce(windows.n_obs, 0) as n_obs,
    windows.window_start,
    observed.window_end
    {%- for name in names %},
    windows.mean_{{ name }},
    windows.var_{{ name }}
        {%- set i = loop.index %}
        {%- for other in names[i:] %},
    windows.{{ 'cov_' ~ other ~ '__y' if y and i == 1 else covariance_name(name, other) }}
        {%- endfor %}
    {%- endfor %}
from observed
left join windows
    on
        observed.{{ entity }} = windows.{{ entity }}
        and observed.window_end = windows.window_end
{% endmacro %}
