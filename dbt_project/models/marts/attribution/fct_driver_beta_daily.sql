with

regressions as (
    select * from {{ ref('int_driver_regressions') }}
    where model = 'joint' and not is_singular and beta is not null
),

final as (
    select
        cast(fund as string) as fund,
        cast(session_date as date) as session_date,
        cast(column_name as string) as component,
        cast(beta as double) as beta,
        cast(beta_se as double) as beta_se,
        cast(beta - 1.96 * beta_se as double) as beta_lower,
        cast(beta + 1.96 * beta_se as double) as beta_upper,
        cast(n_obs as integer) as n_obs,
        cast(vif as double) as vif
    from regressions
)

select * from final
