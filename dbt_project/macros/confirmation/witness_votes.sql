{# Votes of the witnesses in a relation of their verdicts, one row per series and session_date, and the verdict they lead to. #}
{% macro witness_votes(verdicts) -%}
    select
        counted.*,
        case
            when n_same_agree > 0 and n_same_agree >= n_same_disagree then 'confirmed'
            when n_same_agree = 0 and n_related_agree = 0 and n_same_disagree > 0 and n_disagree >= 2 then 'rejected'
            when n_same_disagree > 0 or n_related_disagree > 0 then 'disputed'
            when has_only_related and n_related_agree > 0 and n_inconclusive = 0 and not needs_same_quantity then 'confirmed'
            else 'unconfirmed'
        end as verdict
    from (
        select
            series,
            session_date,
            count(distinct case when kind = 'same' and verdict = 'agrees' then witness_publisher end) as n_same_agree,
            count(distinct case when kind = 'same' and verdict = 'disagrees' then witness_publisher end) as n_same_disagree,
            count(distinct case when kind = 'related' and verdict = 'agrees' then witness_publisher end) as n_related_agree,
            count(distinct case when kind = 'related' and verdict = 'disagrees' then witness_publisher end) as n_related_disagree,
            count(distinct case when verdict = 'disagrees' then witness_publisher end) as n_disagree,
            count(case when verdict = 'inconclusive' then 1 end) as n_inconclusive,
            -- a distribution, and a value that did not change, only another publisher of the same quantity can confirm
            max(case when is_unchanged or is_distribution_day then 1 else 0 end) = 1 as needs_same_quantity,
            max(case when has_only_related then 1 else 0 end) = 1 as has_only_related
        from {{ verdicts }}
        group by series, session_date
    ) as counted
{%- endmacro %}
