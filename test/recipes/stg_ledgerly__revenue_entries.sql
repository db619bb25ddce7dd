-- Ledgerly has no journals to read: each line of a posted invoice is revenue of its invoice's date. One row per line.
-- key: revenue_entry_id
with lines as (
    select * from staging.stg_ledgerly__invoice_lines
),

invoices as (
    select * from staging.stg_ledgerly__invoices
),

renamed as (
    select
        lines.invoice_line_id || ':revenue' as revenue_entry_id,
        lines.source as source,
        lines.source_id as source_id,
        'invoice' as kind,
        invoices.invoice_id as document_id,
        invoices.number as document_number,
        lines.invoice_line_id as invoice_line_id,
        cast(null as varchar) as credit_note_line_id,
        invoices.customer_id as customer_id,
        invoices.legal_entity_id as legal_entity_id,
        cast(null as varchar) as account,
        invoices.invoice_date as posting_date,
        invoices.period_id as period_id,
        lines.amount as amount,
        lines.currency as currency,
        lines.amount as base_amount,
        lines.currency as base_currency,
        cast(null as varchar) as memo,
        cast(null as timestamp) as created_at,
        lines.is_deleted or invoices.is_deleted as is_deleted
    from lines
    inner join invoices
        on lines.invoice_id = invoices.invoice_id
    where invoices.is_posted and not invoices.is_voided
)

select * from renamed
