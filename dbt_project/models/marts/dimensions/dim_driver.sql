with

drivers as (
    select * from {{ ref('drivers') }}
),

final as (
    select
        cast(driver as string) as driver,
        cast(position as integer) as position,
        cast(label as string) as label,
        cast(is_macro as boolean) as is_macro,
        cast(description as string) as description
    from drivers
)

select * from final
