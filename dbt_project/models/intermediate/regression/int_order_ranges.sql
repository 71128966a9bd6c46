-- depends_on: {{ ref('attribution_models') }}
{#
    The increment of the fitted value when a block joins a set S of other blocks is its contribution in every
    order that puts S before it. Fitting each set once therefore answers for all orders: the smallest and
    largest increment, and the mean with the share of orders |S|!(n-|S|-1)!/n! as weight, which is Shapley's
    (Lindeman, Merenda and Gold's for regressions).
#}
with

latest_sessions as (
    select session_date
    from {{ ref('int_moments_with_day_values') }}
    group by session_date
    qualify row_number() over (order by session_date desc) <= {{ var('order_range_sessions') }}
),

moments as (
    select with_day_values.*
    from {{ ref('int_moments_with_day_values') }} as with_day_values
    inner join latest_sessions
        on with_day_values.session_date = latest_sessions.session_date
    where with_day_values.benchmark is null
),
{% for regression in model_regressions() %}
{% set nth = loop.index %}
{% set blocks = regression.blocks %}
{% set n_blocks = blocks | length %}
-- a set of blocks is a number whose binary digits say which are in
subsets_{{ nth }} as (
    {% for subset in range(2 ** n_blocks) %}
    select
        {% for block in blocks %}
        {{ 1 if (subset // 2 ** loop.index0) % 2 else 0 }} as has_{{ block.name }},
        {% endfor %}
        {{ subset }} as subset
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- a column without variance drops out of a regression: that is how a block is left out
subset_moments_{{ nth }} as (
    select
        moments.fund,
        moments.session_date,
        subsets.subset,
        moments.n_obs,
        moments.return_pct,
        {% set seen = [] %}
        {% for block in blocks %}
        {% for c in block.columns %}
        moments.{{ c }},
        moments.mean_{{ c }},
        moments.cov_{{ c }}__y,
        case when subsets.has_{{ block.name }} = 1 then moments.var_{{ c }} else 0 * moments.var_{{ c }} end as var_{{ c }},
        {% for d in seen %}
        moments.{{ covariance_name(c, d) }},
        {% endfor %}
        {% do seen.append(c) %}
        {% endfor %}
        {% endfor %}
        moments.var_y
    from moments
    cross join subsets_{{ nth }} as subsets
),

subset_fits_{{ nth }} as (
    {{ ols_from_moments('subset_moments_' ~ nth, ['fund', 'session_date', 'subset'], 'return_pct', blocks, var('estimation_min_obs'), with_condition_number=false) }}
),

explained_{{ nth }} as (
    select
        fund,
        session_date,
        subset,
        {% for block in blocks %}contribution_{{ block.name }}{{ ' + ' if not loop.last }}{% endfor %} as explained_pct
    from subset_fits_{{ nth }}
),

blocks_{{ nth }} as (
    {% for block in blocks %}
    select
        '{{ block.name }}' as driver,
        {{ 2 ** loop.index0 }} as digit
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

increments_{{ nth }} as (
    select
        blocks.driver,
        without_it.fund,
        without_it.session_date,
        with_it.explained_pct - without_it.explained_pct as increment_pct,
        case bit_count(without_it.subset)
            {% for size in range(n_blocks) %}
            when {{ size }} then {{ _share_of_orders(size, n_blocks) }}
            {% endfor %}
        end as share_of_orders
    from explained_{{ nth }} as without_it
    inner join blocks_{{ nth }} as blocks
        on (without_it.subset & blocks.digit) = 0
    inner join explained_{{ nth }} as with_it
        on
            without_it.fund = with_it.fund
            and without_it.session_date = with_it.session_date
            and without_it.subset + blocks.digit = with_it.subset
),
{% endfor %}
sequential_models as (
    select distinct model
    from {{ ref('attribution_models') }}
    where decomposition = 'sequential'
),

final as (
    {% for regression in model_regressions() %}
    {% set nth = loop.index %}
    select
        sequential_models.model,
        increments.fund,
        increments.session_date,
        increments.driver,
        min(increments.increment_pct) as order_min_pct,
        max(increments.increment_pct) as order_max_pct,
        sum(increments.increment_pct * increments.share_of_orders) as order_mean_pct
    from increments_{{ nth }} as increments
    inner join sequential_models
        on sequential_models.model in ('{{ regression.models | join("', '") }}')
    group by sequential_models.model, increments.fund, increments.session_date, increments.driver
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
