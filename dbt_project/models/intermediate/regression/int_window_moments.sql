-- depends_on: {{ ref('attribution_models') }}
with

final as (
    {{ rolling_moments(
        relation=ref('int_regression_rows'),
        entity='entity',
        time='session_date',
        y='return_pct',
        columns=model_columns() | map(attribute='column_name') | list,
        eligible='is_eligible',
        window=var('estimation_window')
    ) }}
)

select * from final
