-- Well-formed values that cannot be meant: kept in raw, listed here with the reason, left out of every calculation.
with

findings as (
    select * from {{ ref('int_quarantine_not_a_session') }}
    union all
    select * from {{ ref('int_quarantine_off_the_market') }}
    union all
    select * from {{ ref('int_quarantine_out_and_back') }}
    union all
    select * from {{ ref('int_quarantine_phantom_distribution') }}
),

final as (
    select
        'nav:' || fund as series,
        observation_date,
        field,
        quarantined_value,
        reason,
        detail,
        knowledge_ts
    from findings
)

select * from final
