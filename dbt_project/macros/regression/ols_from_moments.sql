{#
    Ordinary least squares with intercept from window moments, and what it says of today's values.

    relation   one row per target: the moments as rolling_moments names them, n_obs, and today's
               values of `y` and of the columns under their own names
    keys       columns that identify a row, carried through
    blocks     [{name, columns}]: the order in which shared variance is handed out
    min_obs    fewer observations than this give no numbers

    Method: centred, scaled cross products (correlations), Cholesky q = LLᵀ, one forward substitution
    u for today's values; block contributions are then the increments of the fitted value between
    nested regressions, exactly additive. A column that is constant in the window is dropped from it;
    a pivot under 1e-6 makes the whole row NULL (`is_singular`); a column whose value today is NULL
    contributes nothing and moves no other column.

    Renders a query: keys, n_obs, is_singular, n_columns, residual_sd, r_squared, condition_number,
    max_vif, leverage, y_sd, specific, specific_se, joint_specific;
    per column  move_<c> (today's value), beta_<c>, beta_se_<c>, vif_<c>, contribution_<c>, joint_contribution_<c>, sd_<c>,
                is_constant_<c>, unexpected_move_<c> and sequential_beta_<c>, whose product is contribution_<c>;
    per block   (a block of one column may have its name)  contribution_<b>, contribution_se_<b>, joint_contribution_<b>, joint_contribution_se_<b>.
    `specific` includes the intercept, which is estimated and not predicted with.
    unexpected_move is the part of today's value that the columns before it do not account for, in the column's own unit:
    sqrt(n) sd u / w, with w the inverse of the pivot; sequential_beta is the coefficient of y on the column's residual on
    those columns: t w / sd. Both are NULL where the column is constant, unexpected_move also where today's value is NULL.

    with_condition_number  false leaves that column out: planning its many terms takes DuckDB longer than
               a small regression does
    influence  none, 'sequential' or 'joint': also renders influence_<b>__<c> for each block and column,
               with which the block's contribution is a linear function of the residuals of the window:
               its error is the sum over window rows of residual times Σ_c influence × (c − mean of c).
               newey_west_se turns that into a standard error.
#}
{% macro ols_from_moments(relation, keys, y, blocks, min_obs, influence=none, with_condition_number=true) %}
    {%- set columns = [] -%}
    {%- for block in blocks -%}
        {%- do columns.extend(block.columns) -%}
    {%- endfor -%}
    {%- if execute and columns | unique | list | length != columns | length -%}
        {{ exceptions.raise_compiler_error("ols_from_moments: a column stands in two blocks: " ~ columns) }}
    {%- endif -%}
    {%- for block in blocks if execute and block.name in columns and block.columns != [block.name] -%}
        {{ exceptions.raise_compiler_error("ols_from_moments: block " ~ block.name ~ " has the name of a column that is not its only one") }}
    {%- endfor %}
with
{{ _ols_factored(relation, keys, columns, min_obs, y, with_condition_number) }}

select * from (
    {{ _ols_solved('factored', keys, columns, blocks, influence, with_condition_number) }}
) as solved
{% endmacro %}
