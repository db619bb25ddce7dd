-- What ERPNext itself adds up: credits less debits of each income account by day, in the company's currency. One row per sum.
-- key: reported_total_id
with totals as (
    select * from staging.base_erpnext__ledger_totals
),

accounts as (
    select * from staging.base_erpnext__accounts
    where root_type = 'Income'
),

companies as (
    select * from staging.base_erpnext__companies
),

periods as (
    select * from staging.stg_tieout__periods
),

renamed as (
    select
        totals._connection || ':revenue:' || totals._key as reported_total_id,
        totals._connection as source,
        totals._key as source_id,
        'revenue' as measure,
        totals._connection || ':' || totals.company as legal_entity_id,
        totals.account as account,
        coalesce(periods.period_id, '(none)') as period_id,
        cast(null as varchar) as due_month,
        cast(null as varchar) as of_currency,
        coalesce(coalesce(cast(try_cast(totals.credits as decimal(18, 4)) as decimal(38, 4)), try_cast(totals.credits as decimal(38, 4))), 0)
            - coalesce(coalesce(cast(try_cast(totals.debits as decimal(18, 4)) as decimal(38, 4)), try_cast(totals.debits as decimal(38, 4))), 0) as amount,
        companies.default_currency as currency,
        false as is_translated_here,
        false as is_posted_later,
        cast(null as bigint) as record_count,
        totals._extracted_at as reported_at,
        totals._deleted as is_deleted
    from totals
    inner join accounts
        on totals._connection = accounts._connection
        and totals.account = accounts.name
    left join companies
        on totals._connection = companies._connection
        and totals.company = companies.name
    left join periods
        on try_cast(substr(totals.posting_date, 1, 10) as date) between periods.start_date and periods.end_date
)

select * from renamed
