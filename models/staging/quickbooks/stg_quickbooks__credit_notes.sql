-- QuickBooks credit memos and refund receipts. Their invoice is the one that they name, else the only one to which payments applied them. One row
-- per credit note.
-- key: credit_note_id
with documents as (
    select * from staging.base_quickbooks__documents
    where not is_charge
),

applied as (
    select _connection, credit_key, min(invoice_key) as invoice_key
    from staging.base_quickbooks__settlements
    where credit_key is not null
    group by _connection, credit_key
    having count(distinct invoice_key) = 1
),

renamed as (
    select
        documents.document_id as credit_note_id,
        documents._connection as source,
        documents.source_id as source_id,
        documents.number as number,
        coalesce(documents.invoice_id, applied._connection || ':' || applied.invoice_key) as invoice_id,
        documents.customer_id as customer_id,
        documents.legal_entity_id as legal_entity_id,
        documents.currency as currency,
        documents.exchange_rate as exchange_rate,
        documents.document_date as credit_date,
        documents.period_id as period_id,
        documents.status as status,
        true as is_posted,
        documents.is_voided as is_voided,
        documents.total_amount as total_amount,
        cast(documents.tax_amount as decimal(38, 4)) as tax_amount,
        cast(documents.open_amount as decimal(38, 4)) as open_amount,
        documents.created_at as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
    left join applied
        on documents._connection = applied._connection
        and documents.source_id = applied.credit_key
)

select * from renamed
