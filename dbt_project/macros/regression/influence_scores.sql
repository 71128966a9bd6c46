{#
    Per fit, row of its window and block: residual times the influence of the row on the block's
    contribution, with its lags: the input of newey_west_se.

    fits   rows of ols_from_moments with influence, whose keys include entity, window_start, window_end,
           mean_y and mean_<c>
    keys   columns that identify a fit
    rows   relation of (entity, session_date, y, columns..., is_eligible)
#}
{% macro influence_scores(fits, keys, rows, y, columns, blocks, lags) %}
    select
        *,
        {%- for block in blocks %}
        {{ newey_west_lags('score_' ~ block, keys | join(', '), 'observed_date', lags) }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            {% for key in keys %}fits.{{ key }}, {% endfor %}
            fits.n_obs,
            fits.n_columns,
            observed.session_date as observed_date,
            {%- for block in blocks %}
            (
                observed.{{ y }} - fits.mean_y
                {%- for c in columns %} - coalesce(fits.beta_{{ c }}, 0) * (observed.{{ c }} - fits.mean_{{ c }}){% endfor %}
            ) * (
                {%- for c in columns %}{{ ' + ' if not loop.first }}coalesce(fits.influence_{{ block }}__{{ c }}, 0) * (observed.{{ c }} - fits.mean_{{ c }}){% endfor %}
            ) as score_{{ block }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ fits }} as fits
        inner join {{ rows }} as observed
            on
                fits.entity = observed.entity
                and observed.session_date between fits.window_start and fits.window_end
                and observed.is_eligible
        where {{ adapter.dispatch('is_scored', 'macrotape')() }}
    ) as scored
{% endmacro %}

{% macro default__is_scored() -%}
    not fits.is_singular
{%- endmacro %}

{#
    The same of rows that are eligible. Spark would move a condition on the fits alone to their beginning, written out in
    terms of the moments, which is an expression without end.
#}
{% macro spark__is_scored() -%}
    observed.is_eligible > fits.is_singular
{%- endmacro %}
