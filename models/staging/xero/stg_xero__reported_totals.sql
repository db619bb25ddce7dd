-- What Xero itself adds up: its profit and loss per income account and month, in the organisation's currency. Where the company's periods are
-- not calendar months, all of it together. One row per sum.
-- key: reported_total_id
with totals as (
    select * from staging.base_xero__profit_and_loss
),

accounts as (
    select * from staging.base_xero__income_accounts
),

organisations as (
    select * from staging.base_xero__organisations
    where not _deleted
),

periods as (
    select * from staging.stg_tieout__periods
),

other_periods as (
    select count(*) as period_count from periods where not is_calendar_month
),

renamed as (
    select
        totals._connection || ':revenue:' || totals._key as reported_total_id,
        totals._connection as source,
        totals._key as source_id,
        'revenue' as measure,
        organisations._connection || ':' || organisations.organisation_id as legal_entity_id,
        accounts.code as account,
        case when other_periods.period_count = 0 then coalesce(periods.period_id, '(none)') end as period_id,
        cast(null as varchar) as due_month,
        cast(null as varchar) as of_currency,
        coalesce(coalesce(cast(try_cast(totals.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(totals.amount as decimal(38, 4))), 0) as amount,
        organisations.base_currency as currency,
        true as is_translated_here,
        false as is_posted_later,
        cast(null as bigint) as record_count,
        totals._extracted_at as reported_at,
        totals._deleted as is_deleted
    from totals
    inner join accounts
        on totals._connection = accounts._connection
        and totals.account_id = accounts.account_id
    left join organisations
        on totals._connection = organisations._connection
    left join periods
        on try_cast(substr(totals.to_date, 1, 10) as date) between periods.start_date and periods.end_date
    cross join other_periods
)

select * from renamed
