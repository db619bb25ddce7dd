-- Posted invoice lines, and credit note lines with a minus, net of tax, each at its own place. One row per document line.
-- key: line_id
with invoices as (
    select invoice_id as document_id, customer_id, legal_entity_id, period_id, 1 as sign
    from canonical.invoices
    where is_posted and not is_voided and not is_deleted
    union all
    select credit_note_id as document_id, customer_id, legal_entity_id, period_id, -1 as sign
    from canonical.credit_notes
    where is_posted and not is_voided and not is_deleted
),

lines as (
    select * from intermediate.int_document_lines
    where document in ('invoice', 'credit_note')
),

customer_links as (
    select * from intermediate.int_customer_links
),

legal_entities as (
    select * from canonical.legal_entities
),

entity_codes as (
    select * from staging.stg_tieout__legal_entity_codes
),

placed as (
    select
        lines.line_id as line_id,
        invoices.document_id as document_id,
        coalesce(invoices.period_id, '(none)') as period_id,
        coalesce(customer_links.customer_id, invoices.customer_id, '(none)') as customer_id,
        coalesce(entity_codes.legal_entity, invoices.legal_entity_id, '(none)') as legal_entity,
        lines.currency as currency,
        cast(lines.amount * invoices.sign as decimal(38, 4)) as amount
    from lines
    inner join invoices
        on lines.document_id = invoices.document_id
    left join customer_links
        on invoices.customer_id = customer_links.source_customer_id
    left join legal_entities
        on invoices.legal_entity_id = legal_entities.legal_entity_id
    left join entity_codes
        on legal_entities.source = entity_codes.connection
        and legal_entities.source_id = entity_codes.reference
)

select * from placed
