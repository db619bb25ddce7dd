-- NetSuite credit memos. One row per credit memo.
-- key: credit_note_id
with documents as (
    select * from staging.base_netsuite__documents
    where type = 'CustCred'
),

invoices as (
    select document_id from staging.base_netsuite__documents
    where type = 'CustInvc'
),

renamed as (
    select
        documents.document_id as credit_note_id,
        documents.source as source,
        documents.source_id as source_id,
        documents.number as number,
        invoices.document_id as invoice_id,
        documents.customer_id as customer_id,
        documents.legal_entity_id as legal_entity_id,
        documents.currency as currency,
        documents.exchange_rate as exchange_rate,
        documents.document_date as credit_date,
        documents.period_id as period_id,
        case documents.status when 'A' then 'open' when 'B' then 'fully applied' else lower(documents.status) end as status,
        documents.is_posted as is_posted,
        documents.is_voided as is_voided,
        documents.total_amount as total_amount,
        documents.tax_amount as tax_amount,
        documents.open_amount as open_amount,
        documents.created_at as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
    left join invoices
        on documents.created_from_id = invoices.document_id
)

select * from renamed
