with

drivers as (
    select * from {{ ref('drivers') }}
),

final as (
    select
        cast(driver as varchar) as driver,
        cast(position as integer) as position,
        cast(label as varchar) as label,
        cast(is_macro as boolean) as is_macro,
        cast(description as varchar) as description
    from drivers
)

select * from final
