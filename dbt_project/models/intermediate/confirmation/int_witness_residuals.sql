-- How far a move is from what a witness makes it, and how far it usually is. A witness of the same quantity is compared as it
-- is. A related one is compared through a trailing regression in two passes: the second leaves out the rows that the first
-- finds far off, so that neither a crisis nor an earlier mistake decides what is usual.
{% set window = "partition by series, witness order by session_date rows between " ~ var('witness_window') ~ " preceding and 1 preceding" %}
{% set columns = ['series', 'witness', 'session_date', 'kind', 'n_obs', 'compared_value', 'witness_value'] %}
with

observed as (
    select
        series,
        witness,
        session_date,
        kind,
        count(*) over before_it as n_obs,
        compared_value,
        witness_value
    from {{ ref('int_witness_moves') }}
    where witness_value is not null
    window before_it as ({{ window }})
),

observed_related as (
    select * from observed
    where kind = 'related'
),

first_predictions as (
    select
        {{ columns | join(', ') }},
        witness_value as first_predicted
    from observed
    where kind = 'same'
    union all
    {{ trailing_prediction('observed_related', columns, 'true', window, 'first_predicted') }}
),

usual_first_gaps as (
    select
        *,
        avg(abs(compared_value - first_predicted)) over before_it as usual_first_gap
    from first_predictions
    window before_it as ({{ window }})
),

marked as (
    select
        {{ columns | join(', ') }},
        coalesce(abs(compared_value - first_predicted) <= 5 * usual_first_gap, true) as is_inlier
    from usual_first_gaps
),

marked_related as (
    select * from marked
    where kind = 'related'
),

predictions as (
    select
        {{ columns | join(', ') }},
        is_inlier,
        witness_value as predicted
    from marked
    where kind = 'same'
    union all
    {{ trailing_prediction('marked_related', columns + ['is_inlier'], 'is_inlier', window, 'predicted') }}
),

final as (
    select
        series,
        witness,
        session_date,
        n_obs,
        predicted,
        compared_value - predicted as gap,
        -- the standard deviation of normal residuals with that mean absolute size
        sqrt(pi() / 2) * avg(case when is_inlier then abs(compared_value - predicted) end) over before_it as spread,
        -- the usual size of a move in the month before: in a crisis even two publishers of one quantity part
        sqrt(avg(predicted * predicted) over month_before) as recent_volatility
    from predictions
    window
        month_before as (partition by series, witness order by session_date rows between 20 preceding and 1 preceding),
        before_it as ({{ window }})
)

select * from final
