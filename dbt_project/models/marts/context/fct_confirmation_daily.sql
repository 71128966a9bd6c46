with

verdicts as (
    select * from {{ ref('int_witness_verdicts') }}
),

final as (
    select
        cast(verdicts.session_date as date) as session_date,
        cast(verdicts.series as string) as series,
        cast(verdicts.witness as string) as witness,
        cast(verdicts.kind as string) as kind,
        cast(verdicts.value as double) as value,
        cast(verdicts.witness_value as double) as witness_value,
        cast(verdicts.predicted as double) as predicted,
        cast(verdicts.gap as double) as gap,
        cast(verdicts.agree_limit as double) as tolerance,
        cast(verdicts.disagree_limit as double) as dispute_tolerance,
        cast(verdicts.level as double) as level,
        cast(verdicts.witness_level as double) as witness_level,
        cast(verdicts.verdict as string) as verdict,
        cast(series_verdicts.verdict as string) as series_verdict,
        cast(verdicts.knowledge_ts as timestamp) as knowledge_ts
    from verdicts
    inner join {{ ref('int_series_verdicts') }} as series_verdicts
        on
            verdicts.series = series_verdicts.series
            and verdicts.session_date = series_verdicts.session_date
)

select * from final
