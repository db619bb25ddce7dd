-- Posted invoice lines, and credit note lines with a minus, net of tax, each at its own place. One row per document line.
-- key: line_id
with documents as (
    select invoice_id as document_id, 1 as sign
    from canonical.invoices
    where is_posted and not is_voided and not is_deleted
    union all
    select credit_note_id as document_id, -1 as sign
    from canonical.credit_notes
    where is_posted and not is_voided and not is_deleted
),

lines as (
    select * from intermediate.int_document_lines
    where document in ('invoice', 'credit_note')
),

places as (
    select * from intermediate.int_document_places
),

placed as (
    select
        lines.line_id as line_id,
        documents.document_id as document_id,
        places.period_id as period_id,
        places.customer_id as customer_id,
        places.legal_entity as legal_entity,
        lines.currency as currency,
        cast(lines.amount * documents.sign as decimal(38, 4)) as amount
    from lines
    inner join documents
        on lines.document_id = documents.document_id
    inner join places
        on documents.document_id = places.document_id
)

select * from placed
