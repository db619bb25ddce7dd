-- Posted invoice lines, and credit note lines with a minus, net of tax, each at its own place; discounts are in the lines that they reduce, and stand by
-- themselves where their document has no other line. One row per document line.
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

bodies as (
    select line_id, document_id, currency, amount from intermediate.int_document_lines
    where document in ('invoice', 'credit_note')
),

discounts as (
    select invoice_line_id as line_id, invoice_id as document_id, currency, amount from canonical.invoice_lines
    where kind = 'discount' and not is_deleted
    union all
    select credit_note_line_id as line_id, credit_note_id as document_id, currency, amount from canonical.credit_note_lines
    where kind = 'discount' and not is_deleted
),

lines as (
    select line_id, document_id, currency, amount from bodies
    union all
    select discounts.line_id, discounts.document_id, discounts.currency, discounts.amount
    from discounts
    where not exists (select 1 from bodies where bodies.document_id = discounts.document_id)
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
