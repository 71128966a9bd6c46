{#
    Newey and West's (1987) standard error of one linear function of a regression, as an aggregate over
    the rows of its window. `score` is a row's residual times its influence; the lag expressions are
    lagged scores 1..lags made with newey_west_lags. Bartlett weights 1 − l/(lags+1), corrected by
    n / (n − columns − 1): statsmodels' cov_type='HAC', maxlags=lags, use_correction=True.
#}
{% macro newey_west_se(score, n_obs, n_columns, lags) -%}
    sqrt(
        greatest(
            sum(
                {{ score }} * {{ score }}
                {%- for lag in range(1, lags + 1) %}
                + {{ 2 * (1 - lag / (lags + 1)) }} * {{ score }} * coalesce({{ score }}_lag_{{ lag }}, 0)
                {%- endfor %}
            ),
            0
        )
        * max({{ n_obs }}) / (max({{ n_obs }}) - max({{ n_columns }}) - 1)
    )
{%- endmacro %}

{# The lagged scores newey_west_se asks for. #}
{% macro newey_west_lags(score, partition_by, order_by, lags) -%}
    {%- for lag in range(1, lags + 1) %}
        lag({{ score }}, {{ lag }}) over (partition by {{ partition_by }} order by {{ order_by }}) as {{ score }}_lag_{{ lag }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
