-- NetSuite customer payments. One row per payment.
-- key: payment_id
with documents as (
    select * from staging.base_netsuite__documents
    where type = 'CustPymt'
),

renamed as (
    select
        documents.document_id as payment_id,
        documents.source as source,
        documents.source_id as source_id,
        documents.number as number,
        documents.customer_id as customer_id,
        documents.legal_entity_id as legal_entity_id,
        documents.currency as currency,
        documents.document_date as payment_date,
        documents.period_id as period_id,
        documents.total_amount as amount,
        documents.open_amount as unapplied_amount,
        documents.is_voided as is_voided,
        documents.created_at as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
)

select * from renamed
