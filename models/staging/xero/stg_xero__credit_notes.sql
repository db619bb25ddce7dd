-- Xero sales credit notes. Their invoice is the one to which they are allocated, if there is only one; else the one whose number is their
-- reference. One row per credit note.
-- key: credit_note_id
with documents as (
    select * from staging.base_xero__documents
    where document = 'credit_note'
),

allocated as (
    select _connection, _parent, min(invoice_id) as invoice_id
    from staging.base_xero__credit_note_allocations
    where not _deleted and coalesce(is_deleted, 'false') <> 'true'
    group by _connection, _parent
    having count(distinct invoice_id) = 1
),

invoices as (
    select _connection, number, min(document_id) as document_id
    from staging.base_xero__documents
    where document = 'invoice' and not is_deleted
    group by _connection, number
    having count(*) = 1
),

renamed as (
    select
        documents.document_id as credit_note_id,
        documents._connection as source,
        documents.source_id as source_id,
        documents.number as number,
        coalesce(allocated._connection || ':' || allocated.invoice_id, invoices.document_id) as invoice_id,
        documents.customer_id as customer_id,
        documents.legal_entity_id as legal_entity_id,
        documents.currency as currency,
        documents.exchange_rate as exchange_rate,
        documents.document_date as credit_date,
        documents.period_id as period_id,
        documents.status as status,
        documents.is_posted as is_posted,
        documents.is_voided as is_voided,
        documents.total_amount as total_amount,
        documents.tax_amount as tax_amount,
        documents.open_amount as open_amount,
        cast(documents.document_date as timestamp) as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
    left join allocated
        on documents._connection = allocated._connection
        and documents.source_id = allocated._parent
    left join invoices
        on documents._connection = invoices._connection
        and documents.reference = invoices.number
)

select * from renamed
