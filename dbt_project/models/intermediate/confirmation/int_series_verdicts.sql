-- What all witnesses together make of a move. A vote is one publisher's: two series of one publisher are one vote.
with

published as (
    select
        series,
        source as publisher,
        source_id
    from {{ ref('series') }}
    union all
    select
        'nav:' || fund as series,
        'ishares' as publisher,
        fund as source_id
    from {{ ref('funds') }}
),

labelled as (
    select
        published.series,
        published.publisher,
        concat(publishers.label, ' ', published.source_id) as label
    from published
    inner join {{ ref('publishers') }} as publishers
        on published.publisher = publishers.publisher
),

verdicts as (
    select
        verdicts.*,
        judged.label,
        witnessing.label as witness_label,
        witnessing.publisher as witness_publisher,
        -- no publisher of the same quantity has delivered up to the session: the related ones decide alone. A later one changes no
        -- earlier status.
        max(case when verdicts.kind = 'same' and verdicts.verdict <> 'missing' then 1 else 0 end) over (
            partition by verdicts.series order by verdicts.session_date
            range between unbounded preceding and current row
        ) = 0 as has_only_related
    from {{ ref('int_witness_verdicts') }} as verdicts
    inner join labelled as judged
        on verdicts.series = judged.series
    inner join labelled as witnessing
        on verdicts.witness = witnessing.series
),

first_votes as (
    {{ witness_votes('verdicts') }}
),

-- a witness that is itself rejected has no vote
admitted as (
    select verdicts.*
    from verdicts
    left join first_votes as witnesses
        on
            verdicts.witness = witnesses.series
            and verdicts.session_date = witnesses.session_date
            and witnesses.verdict = 'rejected'
            and verdicts.verdict = 'disagrees'
    where witnesses.series is null
),

votes as (
    {{ witness_votes('admitted') }}
),

statements as (
    select
        series,
        session_date,
        max(label) as label,
        max({{ witness_move_text('value', 'is_yield', 'level') }}) as value_text,
        {{ joined_text(
            "case when verdict = 'disagrees' then concat(witness_label, case when kind = 'related' then ' suggests ' else ' ' end, "
            ~ witness_move_text('predicted', 'is_yield', "case when kind = 'same' then witness_level end") ~ ") end",
            ', ', 'kind desc, witness') }} as witness_texts
    from verdicts
    group by series, session_date
),

final as (
    select
        statements.series,
        statements.session_date,
        statements.label,
        coalesce(votes.verdict, 'unconfirmed') as verdict,
        case
            when votes.verdict in ('disputed', 'rejected')
                then concat(statements.label, ' ', statements.value_text, ', ', coalesce(statements.witness_texts, ''))
        end as evidence
    from statements
    left join votes
        on
            statements.series = votes.series
            and statements.session_date = votes.session_date
)

select * from final
