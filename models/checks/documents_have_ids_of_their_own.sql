-- Proves that no two documents of a connection, and no two of their lines, have one id: an order 7 and an invoice 7 are taken for one document. Where the
-- records come from files, make them differ in their mapping: invoice_id: { text: 'invoice-{id}' }, and so wherever the id is named.
-- owner: integration
-- severity: error
-- blocks: true
with documents as (
    select 'order' as record, source, source_id, order_id as record_id from canonical.orders
    union all
    select 'invoice' as record, source, source_id, invoice_id as record_id from canonical.invoices
    union all
    select 'credit note' as record, source, source_id, credit_note_id as record_id from canonical.credit_notes
),

lines as (
    select 'order line' as record, source, source_id, order_line_id as record_id from canonical.order_lines
    union all
    select 'invoice line' as record, source, source_id, invoice_line_id as record_id from canonical.invoice_lines
    union all
    select 'credit note line' as record, source, source_id, credit_note_line_id as record_id from canonical.credit_note_lines
),

shared as (
    select record_id, min(record) as record, max(record) as other_record, min(source) as source, min(source_id) as source_id
    from documents
    group by record_id
    having count(*) > 1
    union all
    select record_id, min(record) as record, max(record) as other_record, min(source) as source, min(source_id) as source_id
    from lines
    group by record_id
    having count(*) > 1
),

problems as (
    select
        record, other_record, source, count(*) as id_count, min(source_id) as source_id,
        'one id for two: ' || record || ' and ' || other_record || ' ' || min(source_id) as explanation
    from shared
    group by record, other_record, source
)

select * from problems
