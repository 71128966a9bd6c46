-- Well-formed values that cannot be meant: kept in raw, listed here with the reason, left out of every calculation.
with

findings_of_funds as (
    select * from {{ ref('int_quarantine_not_a_session') }}
    union all
    select * from {{ ref('int_quarantine_off_the_market') }}
    union all
    select * from {{ ref('int_quarantine_out_and_back') }}
    union all
    select * from {{ ref('int_quarantine_phantom_distribution') }}
),

outside_limits as (
    select * from {{ ref('int_quarantine_outside_limits') }}
),

-- what is outside its limits needs no second reason
final as (
    select
        'nav:' || findings_of_funds.fund as series,
        findings_of_funds.observation_date,
        findings_of_funds.field,
        findings_of_funds.quarantined_value,
        findings_of_funds.reason,
        findings_of_funds.detail,
        findings_of_funds.knowledge_ts
    from findings_of_funds
    left join outside_limits
        on
            outside_limits.series = 'nav:' || findings_of_funds.fund
            and findings_of_funds.observation_date = outside_limits.observation_date
            and findings_of_funds.field = outside_limits.field
    where outside_limits.series is null
    union all
    select
        series,
        observation_date,
        field,
        quarantined_value,
        reason,
        detail,
        knowledge_ts
    from outside_limits
)

select * from final
