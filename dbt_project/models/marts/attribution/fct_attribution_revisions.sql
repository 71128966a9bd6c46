-- Every published number, and the one of this build where it differs: published history is never rewritten.
with

published as (
    select * from {{ ref('int_published_attributions') }}
),

newest as (
    select * from published
    where is_newest
),

this_release as (
    select max(release_id) as release_id from {{ ref('stg_macrotape__releases') }}
),

current_values as (
    select
        blocks.fund,
        blocks.session_date,
        blocks.model,
        blocks.driver,
        coalesce(newest.version, 0) + 1 as version,
        this_release.release_id,
        blocks.contribution_pct,
        days.status,
        '{{ var("model_version") }}' as model_version,
        days.as_of_knowledge_ts
    from {{ ref('int_attribution_blocks') }} as blocks
    inner join {{ ref('int_attribution_days') }} as days
        on
            blocks.fund = days.fund
            and blocks.session_date = days.session_date
            and blocks.model = days.model
    cross join this_release
    left join newest
        on
            blocks.fund = newest.fund
            and blocks.session_date = newest.session_date
            and blocks.model = newest.model
            and blocks.driver = newest.driver
    where
        newest.version is null
        or newest.status <> days.status
        or abs(newest.contribution_pct - blocks.contribution_pct) > {{ var('revision_tolerance_pct') }}
),

versions as (
    select
        fund,
        session_date,
        model,
        driver,
        version,
        release_id,
        contribution_pct,
        status,
        model_version,
        as_of_knowledge_ts
    from published
    union all
    select * from current_values
),

compared as (
    select
        *,
        first_value(contribution_pct) over by_version as first_contribution_pct,
        lag(status) over by_version as previous_status,
        max(version) over (partition by fund, session_date, model, driver) as newest_version
    from versions
    window by_version as (partition by fund, session_date, model, driver order by version)
),

final as (
    select
        cast(fund as string) as fund,
        cast(session_date as date) as session_date,
        cast(model as string) as model,
        cast(driver as string) as driver,
        cast(version as integer) as version,
        cast(release_id as string) as release_id,
        cast(contribution_pct as double) as contribution_pct,
        cast(contribution_pct - first_contribution_pct as double) as change_from_first_pct,
        cast(status as string) as status,
        cast(previous_status as string) as previous_status,
        cast(
            case
                when version = 1 then 'first_published'
                when status = 'disputed' and previous_status <> 'disputed' then 'disputed'
                when status = 'restated' then 'restated'
                when previous_status in ('provisional', 'disputed') and status in ('final', 'final_partial') then 'settled'
                else 'updated'
            end as string
        ) as reason,
        cast(version = newest_version as boolean) as is_latest,
        cast(model_version as string) as model_version,
        cast(as_of_knowledge_ts as timestamp) as as_of_knowledge_ts
    from compared
)

select * from final
