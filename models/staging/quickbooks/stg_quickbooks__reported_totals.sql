-- What QuickBooks itself adds up: its profit and loss per income account and month, in the home currency, and what is open of invoices by due
-- month. Where the company's periods are not calendar months, all of the profit and loss together. One row per sum.
-- key: reported_total_id
with profit_and_loss as (
    select * from staging.base_quickbooks__profit_and_loss
),

open_receivables as (
    select * from staging.base_quickbooks__open_receivables
    where txn_type = 'Invoice'
),

accounts as (
    select * from staging.base_quickbooks__income_accounts
),

companies as (
    select * from staging.base_quickbooks__companies
),

periods as (
    select * from staging.stg_tieout__periods
),

other_periods as (
    select count(*) as period_count from periods where not is_calendar_month
),

revenue as (
    select
        totals._connection || ':revenue:' || totals._key as reported_total_id,
        totals._connection as source,
        totals._key as source_id,
        'revenue' as measure,
        companies.legal_entity_id as legal_entity_id,
        accounts.code as account,
        case when other_periods.period_count = 0 then coalesce(periods.period_id, '(none)') end as period_id,
        cast(null as varchar) as due_month,
        cast(null as varchar) as of_currency,
        coalesce(coalesce(cast(try_cast(totals.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(totals.amount as decimal(38, 4))), 0)
            * case when totals.section in ('Income', 'OtherIncome') then 1 else -1 end as amount,
        companies.home_currency as currency,
        true as is_translated_here,
        false as is_posted_later,
        cast(null as bigint) as record_count,
        totals._extracted_at as reported_at,
        totals._deleted as is_deleted
    from profit_and_loss as totals
    inner join accounts
        on totals._connection = accounts._connection
        and totals.account_id = accounts.account_id
    left join companies
        on totals._connection = companies._connection
    left join periods
        on try_cast(substr(totals.end_date, 1, 10) as date) between periods.start_date and periods.end_date
    cross join other_periods
),

receivables as (
    select
        totals._connection || ':receivables:' || totals._key as reported_total_id,
        totals._connection as source,
        totals._key as source_id,
        'receivables' as measure,
        companies.legal_entity_id as legal_entity_id,
        cast(null as varchar) as account,
        cast(null as varchar) as period_id,
        totals.due_month as due_month,
        cast(null as varchar) as of_currency,
        coalesce(coalesce(cast(try_cast(totals.open_balance as decimal(18, 4)) as decimal(38, 4)), try_cast(totals.open_balance as decimal(38, 4))), 0) as amount,
        totals.currency as currency,
        false as is_translated_here,
        false as is_posted_later,
        cast(null as bigint) as record_count,
        totals._extracted_at as reported_at,
        totals._deleted as is_deleted
    from open_receivables as totals
    left join companies
        on totals._connection = companies._connection
),

renamed as (
    select
        reported_total_id, source, source_id, measure, legal_entity_id, account, period_id, due_month, of_currency,
        cast(amount as decimal(38, 4)) as amount, currency, is_translated_here, is_posted_later, record_count, reported_at, is_deleted
    from revenue
    union all
    select
        reported_total_id, source, source_id, measure, legal_entity_id, account, period_id, due_month, of_currency, amount, currency,
        is_translated_here, is_posted_later, record_count, reported_at, is_deleted
    from receivables
)

select * from renamed
