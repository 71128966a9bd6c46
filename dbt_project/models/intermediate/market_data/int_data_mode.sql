{{ config(meta={'skip_downstream_if_unchanged': true}) }}
-- Whether the observations are simulated: every text made from them says so.
with

final as (
    select coalesce(max_by(sources_mode, opened_at) = 'SIMULATED', false) as is_simulated
    from {{ ref('stg_macrotape__releases') }}
)

select * from final
