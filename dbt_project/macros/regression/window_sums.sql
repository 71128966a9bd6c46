{#
    Cross moments of each follower with the drivers: sums over the last `window` places of y, y² and y times each
    driver, all less the first value of their series. Renders CTEs, the last of which is `window_sums`: line, sum_y,
    sum_y_y, sum_x<i>_y; the line of a follower's place is lines_before + place.

    returns    rows of (entity, time, y)
    shifted    rows of (time, place, shifted_1 .. shifted_p): place counts the times that enter windows, null for others
    followers  rows of (entity, first_place, origin, lines_before): entities with a return at each place since their first

    All followers stand in one line, each behind a window of empty rows, so that no window reaches into the one before.
    The line is cut into streams, because a stream is worked by one core.
#}
{% macro _window_sums(returns, shifted, followers, entity, time, y, p, window) %}
    {%- set streams = 2 -%}
    {%- set terms = ['y', 'y_y'] -%}
    {%- for i in range(1, p + 1) -%}
        {%- do terms.append('x' ~ i ~ '_y') -%}
    {%- endfor %}
streams as (
    select
        *,
        ntile({{ streams }}) over (order by lines_before) as stream
    from {{ followers }}
),
{% for stream in range(1, streams + 1) %}
stream_{{ stream }} as (
    select
        line,
        shifted_y as y,
        shifted_y * shifted_y as y_y
        {%- for i in range(1, p + 1) %},
        shifted_{{ i }} * shifted_y as x{{ i }}_y
        {%- endfor %}
    from (
        select
            streams.lines_before + shifted.place as line,
            returns.{{ y }} - streams.origin as shifted_y
            {%- for i in range(1, p + 1) %},
            shifted.shifted_{{ i }}
            {%- endfor %}
        from {{ returns }} as returns
        inner join {{ shifted }} as shifted on returns.{{ time }} = shifted.{{ time }} and shifted.place is not null
        inner join streams on returns.{{ entity }} = streams.{{ entity }} and streams.stream = {{ stream }}
        where returns.{{ y }} is not null
        union all
        select
            streams.lines_before + streams.first_place - ahead.n as line,
            0.0 as shifted_y
            {%- for i in range(1, p + 1) %},
            0.0 as shifted_{{ i }}
            {%- endfor %}
        from streams
        cross join (select unnest(range(1, {{ window + 1 }})) as n) as ahead
        where streams.stream = {{ stream }}
        order by line
    ) as in_line
),
{% endfor %}
window_sums as (
    {%- for stream in range(1, streams + 1) %}
    {{ _moving_sums('stream_' ~ stream, terms, window) }}
    {{- 'union all' if not loop.last }}
    {%- endfor %}
)
{% endmacro %}
