-- What ERPNext posted to income accounts: invoices and returns line by line, what Process Deferred Accounting recognised of deferred lines,
-- and journals. Credits are positive. One row per line and account, or per entry.
-- key: revenue_entry_id
with entries as (
    select * from staging.base_erpnext__income_entries
),

invoice_revenue as (
    select * from staging.base_erpnext__invoice_revenue
),

invoices as (
    select * from staging.base_erpnext__sales_invoices
),

recognitions as (
    select * from staging.base_erpnext__recognitions
),

periods as (
    select * from staging.stg_tieout__periods
),

journal_customers as (
    select _connection, parent, min(party) as party
    from staging.base_erpnext__journal_lines
    where party_type = 'Customer' and party is not null and not _deleted
    group by _connection, parent
    having count(distinct party) = 1
),

posted as (
    select
        invoice_revenue.revenue_entry_id as revenue_entry_id,
        invoices.source as source,
        substr(invoice_revenue.revenue_entry_id, length(invoices.source) + 2) as source_id,
        case when invoices.is_return then 'credit_note' else 'invoice' end as kind,
        invoice_revenue.document_id as document_id,
        invoices.source_id as document_number,
        case when not invoices.is_return then invoice_revenue.line_id end as invoice_line_id,
        case when invoices.is_return then invoice_revenue.line_id end as credit_note_line_id,
        invoices.customer_id as customer_id,
        invoices.legal_entity_id as legal_entity_id,
        invoice_revenue.account as account,
        invoice_revenue.posting_date as posting_date,
        invoice_revenue.amount as amount,
        invoice_revenue.currency as currency,
        invoice_revenue.base_amount as base_amount,
        invoice_revenue.base_currency as base_currency,
        cast(null as varchar) as memo,
        invoice_revenue.created_at as created_at,
        invoices.is_deleted as is_deleted
    from invoice_revenue
    inner join invoices
        on invoice_revenue.document_id = invoices.document_id
),

recognised as (
    select
        entries.entry_id as revenue_entry_id,
        entries.source as source,
        entries.source_id as source_id,
        'recognition' as kind,
        entries.source || ':' || entries.recognising as document_id,
        entries.recognising as document_number,
        recognitions.invoice_line_id as invoice_line_id,
        cast(null as varchar) as credit_note_line_id,
        recognitions.customer_id as customer_id,
        entries.source || ':' || entries.company as legal_entity_id,
        entries.account as account,
        entries.posting_date as posting_date,
        recognitions.amount as amount,
        recognitions.currency as currency,
        entries.base_amount as base_amount,
        entries.base_currency as base_currency,
        recognitions.invoice_number as memo,
        entries.created_at as created_at,
        entries.is_deleted as is_deleted
    from entries
    inner join recognitions
        on entries.entry_id = recognitions.entry_id
),

journals as (
    select
        entries.entry_id as revenue_entry_id,
        entries.source as source,
        entries.source_id as source_id,
        'journal' as kind,
        entries.voucher_id as document_id,
        entries.voucher_no as document_number,
        cast(null as varchar) as invoice_line_id,
        cast(null as varchar) as credit_note_line_id,
        entries.source || ':' || coalesce(entries.party, journal_customers.party) as customer_id,
        entries.source || ':' || entries.company as legal_entity_id,
        entries.account as account,
        entries.posting_date as posting_date,
        entries.account_amount as amount,
        coalesce(entries.account_currency, entries.base_currency) as currency,
        entries.base_amount as base_amount,
        entries.base_currency as base_currency,
        entries.memo as memo,
        entries.created_at as created_at,
        entries.is_deleted as is_deleted
    from entries
    left join journal_customers
        on entries.source = journal_customers._connection
        and case when entries.voucher_type = 'Journal Entry' then entries.voucher_no end = journal_customers.parent
    where entries.voucher_type <> 'Sales Invoice' and not entries.is_recognition
),

united as (
    select * from posted
    union all
    select * from recognised
    union all
    select * from journals
),

placed as (
    select
        united.revenue_entry_id as revenue_entry_id,
        united.source as source,
        united.source_id as source_id,
        united.kind as kind,
        united.document_id as document_id,
        united.document_number as document_number,
        united.invoice_line_id as invoice_line_id,
        united.credit_note_line_id as credit_note_line_id,
        united.customer_id as customer_id,
        united.legal_entity_id as legal_entity_id,
        united.account as account,
        united.posting_date as posting_date,
        periods.period_id as period_id,
        united.amount as amount,
        united.currency as currency,
        united.base_amount as base_amount,
        united.base_currency as base_currency,
        united.memo as memo,
        united.created_at as created_at,
        united.is_deleted as is_deleted
    from united
    left join periods
        on united.posting_date between periods.start_date and periods.end_date
)

select * from placed
