with

briefs as (
    select * from {{ ref('int_briefs') }}
),

final as (
    select
        cast(briefs.fund as string) as fund,
        cast(briefs.session_date as date) as session_date,
        cast(headlines.headline as string) as headline,
        cast(briefs.markdown as string) as markdown
    from briefs
    inner join {{ ref('funds') }} as funds
        on briefs.fund = funds.fund
    inner join {{ ref('int_headlines') }} as headlines
        on
            briefs.fund = headlines.fund
            and briefs.session_date = headlines.session_date
            and funds.default_model = headlines.model
)

select * from final
