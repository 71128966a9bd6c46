-- What each witness says of a move: agrees, disagrees, inconclusive (further off than usual, not by enough to disagree) or missing.
with

compared as (
    select
        moves.*,
        residuals.n_obs,
        residuals.predicted,
        residuals.gap,
        greatest(moves.agree_floor, {{ var('witness_agree_spreads') }} * coalesce(residuals.spread, 0)) as agree_limit,
        greatest(
            moves.disagree_floor,
            {{ var('witness_disagree_spreads') }} * coalesce(residuals.spread, 0),
            case
                when not moves.is_yield then {{ var('witness_disagree_volatilities') }} * coalesce(residuals.recent_volatility, 0)
                else 0
            end,
            -- a witness that states no distributions falls short of the move on its own ex-dates
            case
                when not moves.is_yield and not moves.witness_states_distributions and residuals.gap > 0
                    then {{ var('unstated_distribution_pct') }}
                else 0
            end
        ) as disagree_limit,
        -- unchanged since the last session while its witness moved: a value that was not updated
        moves.is_unchanged
        and abs(residuals.predicted) > greatest(moves.agree_floor, 2 * coalesce(residuals.spread, 0)) as is_stuck
    from {{ ref('int_witness_moves') }} as moves
    left join {{ ref('int_witness_residuals') }} as residuals
        on
            moves.series = residuals.series
            and moves.witness = residuals.witness
            and moves.session_date = residuals.session_date
),

final as (
    select
        series,
        witness,
        session_date,
        kind,
        knowledge_ts,
        is_yield,
        is_distribution_day,
        is_unchanged,
        level,
        value,
        witness_level,
        witness_value,
        predicted,
        gap,
        agree_limit,
        disagree_limit,
        case
            when gap is null then 'missing'
            when kind = 'related' and n_obs < {{ var('witness_min_obs') }} then 'missing'
            when is_stuck or abs(gap) > disagree_limit then 'disagrees'
            when is_unusual_distribution and is_same_security and not witness_states_distributions then 'disagrees'
            when is_distribution_day and is_same_security and not witness_states_distributions then 'inconclusive'
            when abs(gap) <= agree_limit then 'agrees'
            else 'inconclusive'
        end as verdict
    from compared
)

select * from final
