-- How far a move is from what a witness makes it, and how far it usually is. A witness of the same quantity is compared as it
-- is. A related one is compared through a trailing regression in two passes: the second leaves out the rows that the first
-- finds far off, so that neither a crisis nor an earlier mistake decides what is usual.
{% set window = "partition by series, witness order by session_date rows between " ~ var('witness_window') ~ " preceding and 1 preceding" %}
with

observed as (
    select * from {{ ref('int_witness_moves') }}
    where witness_value is not null
),

first_moments as (
    select
        *,
        count(*) over before_it as n_obs,
        avg(compared_value) over before_it as mean_value,
        avg(witness_value) over before_it as mean_witness,
        avg(compared_value * witness_value) over before_it as mean_product,
        avg(witness_value * witness_value) over before_it as mean_square
    from observed
    window before_it as ({{ window }})
),

first_slopes as (
    select
        *,
        case
            when kind = 'same' then 1
            else coalesce((mean_product - mean_value * mean_witness) / nullif(mean_square - mean_witness * mean_witness, 0), 0)
        end as slope
    from first_moments
),

first_residuals as (
    select
        *,
        compared_value - slope * witness_value - case when kind = 'same' then 0 else coalesce(mean_value - slope * mean_witness, 0) end as first_residual
    from first_slopes
),

usual_first_residuals as (
    select
        *,
        avg(abs(first_residual)) over before_it as usual_first_residual
    from first_residuals
    window before_it as ({{ window }})
),

marked as (
    select
        session_date,
        series,
        witness,
        kind,
        n_obs,
        compared_value,
        witness_value,
        coalesce(abs(first_residual) <= 5 * usual_first_residual, true) as is_inlier
    from usual_first_residuals
),

second_moments as (
    select
        *,
        avg(case when is_inlier then compared_value end) over before_it as mean_value,
        avg(case when is_inlier then witness_value end) over before_it as mean_witness,
        avg(case when is_inlier then compared_value * witness_value end) over before_it as mean_product,
        avg(case when is_inlier then witness_value * witness_value end) over before_it as mean_square
    from marked
    window before_it as ({{ window }})
),

second_slopes as (
    select
        *,
        case
            when kind = 'same' then 1
            else coalesce((mean_product - mean_value * mean_witness) / nullif(mean_square - mean_witness * mean_witness, 0), 0)
        end as slope
    from second_moments
),

predictions as (
    select
        *,
        slope * witness_value + case when kind = 'same' then 0 else coalesce(mean_value - slope * mean_witness, 0) end as predicted
    from second_slopes
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
