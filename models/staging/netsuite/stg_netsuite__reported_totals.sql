-- What NetSuite itself adds up: what was posted to each income account in each accounting period, and what is open of invoices by due month.
-- One row per sum.
-- key: reported_total_id
with revenue_totals as (
    select * from staging.base_netsuite__revenue_totals
),

receivable_totals as (
    select * from staging.base_netsuite__receivable_totals
),

accounts as (
    select * from staging.base_netsuite__accounts
),

posting_periods as (
    select * from staging.base_netsuite__posting_periods
),

subsidiaries as (
    select * from staging.base_netsuite__subsidiaries
),

currencies as (
    select * from staging.base_netsuite__currencies
),

editions as (
    select * from staging.base_netsuite__editions
),

revenue as (
    select
        revenue_totals._connection || ':revenue:' || revenue_totals._key as reported_total_id,
        revenue_totals._connection as source,
        revenue_totals._key as source_id,
        'revenue' as measure,
        revenue_totals._connection || ':' || revenue_totals.subsidiary as legal_entity_id,
        accounts.acctnumber as account,
        coalesce(posting_periods.period_id, '(none)') as period_id,
        cast(null as varchar) as due_month,
        cast(null as varchar) as of_currency,
        coalesce(coalesce(cast(try_cast(revenue_totals.credits as decimal(18, 4)) as decimal(38, 4)), try_cast(revenue_totals.credits as decimal(38, 4))), 0) - coalesce(coalesce(cast(try_cast(revenue_totals.debits as decimal(18, 4)) as decimal(38, 4)), try_cast(revenue_totals.debits as decimal(38, 4))), 0) as amount,
        coalesce(currencies.symbol, editions.base_currency) as currency,
        false as is_translated_here,
        false as is_posted_later,
        try_cast(revenue_totals.linecount as bigint) as record_count,
        revenue_totals._extracted_at as reported_at,
        revenue_totals._deleted as is_deleted
    from revenue_totals
    left join accounts
        on revenue_totals._connection = accounts._connection
        and revenue_totals.account = accounts.id
    left join posting_periods
        on revenue_totals._connection = posting_periods._connection
        and revenue_totals.postingperiod = posting_periods.posting_period
    left join subsidiaries
        on revenue_totals._connection = subsidiaries._connection
        and revenue_totals.subsidiary = subsidiaries.id
    left join currencies
        on subsidiaries._connection = currencies._connection
        and subsidiaries.currency = currencies.id
    left join editions
        on revenue_totals._connection = editions.connection
),

receivables as (
    select
        receivable_totals._connection || ':receivables:' || receivable_totals._key as reported_total_id,
        receivable_totals._connection as source,
        receivable_totals._key as source_id,
        'receivables' as measure,
        receivable_totals._connection || ':' || receivable_totals.subsidiary as legal_entity_id,
        cast(null as varchar) as account,
        cast(null as varchar) as period_id,
        receivable_totals.duemonth as due_month,
        cast(null as varchar) as of_currency,
        coalesce(coalesce(cast(try_cast(receivable_totals.unpaid as decimal(18, 4)) as decimal(38, 4)), try_cast(receivable_totals.unpaid as decimal(38, 4))), 0) as amount,
        coalesce(currencies.symbol, editions.currency) as currency,
        false as is_translated_here,
        false as is_posted_later,
        try_cast(receivable_totals.documentcount as bigint) as record_count,
        receivable_totals._extracted_at as reported_at,
        receivable_totals._deleted as is_deleted
    from receivable_totals
    left join currencies
        on receivable_totals._connection = currencies._connection
        and receivable_totals.currency = currencies.id
    left join editions
        on receivable_totals._connection = editions.connection
),

renamed as (
    select
        reported_total_id, source, source_id, measure, legal_entity_id, account, period_id, due_month, of_currency, amount, currency,
        is_translated_here, is_posted_later, record_count, reported_at, is_deleted
    from revenue
    union all
    select
        reported_total_id, source, source_id, measure, legal_entity_id, account, period_id, due_month, of_currency, amount, currency,
        is_translated_here, is_posted_later, record_count, reported_at, is_deleted
    from receivables
)

select * from renamed
