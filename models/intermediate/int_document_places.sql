-- Where each invoice and credit note lies, counted or not: its posting period, the customer that the ERP customer is linked to, the company's legal
-- entity. One row per invoice or credit note.
-- key: document_id
with documents as (
    select invoice_id as document_id, period_id, customer_id, legal_entity_id from canonical.invoices
    union all
    select credit_note_id as document_id, period_id, customer_id, legal_entity_id from canonical.credit_notes
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
        documents.document_id as document_id,
        coalesce(documents.period_id, '(none)') as period_id,
        coalesce(customer_links.customer_id, documents.customer_id, '(none)') as customer_id,
        coalesce(entity_codes.legal_entity, documents.legal_entity_id, '(none)') as legal_entity
    from documents
    left join customer_links
        on documents.customer_id = customer_links.source_customer_id
    left join legal_entities
        on documents.legal_entity_id = legal_entities.legal_entity_id
    left join entity_codes
        on legal_entities.source = entity_codes.connection
        and legal_entities.source_id = entity_codes.reference
)

select * from placed
