-- SAP credit memos (O). One that was cancelled is voided. What the customer gets back is positive. One row per billing document.
-- key: credit_note_id
with documents as (
    select * from staging.base_sap__documents
    where category = 'O'
),

origins as (
    select document_id, min(invoice_id) as invoice_id
    from staging.base_sap__credit_origins
    group by document_id
),

open_amounts as (
    select * from staging.base_sap__open_amounts
),

renamed as (
    select
        documents.document_id as credit_note_id,
        documents.source as source,
        documents.source_id as source_id,
        documents.number as number,
        origins.invoice_id as invoice_id,
        documents.customer_id as customer_id,
        documents.legal_entity_id as legal_entity_id,
        documents.currency as currency,
        documents.exchange_rate as exchange_rate,
        documents.document_date as credit_date,
        documents.period_id as period_id,
        case
            when documents.is_cancelled then 'cancelled'
            when not documents.is_posted then 'not posted'
            when documents.clearing_status = 'C' then 'cleared'
            else 'open'
        end as status,
        documents.is_posted as is_posted,
        documents.is_cancelled as is_voided,
        cast(documents.net_amount + documents.tax_amount as decimal(38, 4)) as total_amount,
        documents.tax_amount as tax_amount,
        case
            when documents.is_cancelled or documents.clearing_status = 'C' then cast(0 as decimal(38, 4))
            else cast(coalesce(-open_amounts.open_amount, documents.net_amount + documents.tax_amount) as decimal(38, 4))
        end as open_amount,
        documents.created_at as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
    left join origins
        on documents.document_id = origins.document_id
    left join open_amounts
        on documents.document_id = open_amounts.document_id
)

select * from renamed
