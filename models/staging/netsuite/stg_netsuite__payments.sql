-- NetSuite's customer payments and deposits, cash sales (paid at once), and what was paid back: cash refunds and customer refunds (negative). One row
-- per payment.
-- key: payment_id
with documents as (
    select * from staging.base_netsuite__documents
    where type in ('CustPymt', 'CustDep', 'CashSale', 'CashRfnd', 'CustRfnd')
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
        case when documents.type in ('CashRfnd', 'CustRfnd') then -documents.total_amount else documents.total_amount end as amount,
        case when documents.type in ('CustPymt', 'CustDep') then documents.open_amount else cast(0 as decimal(38, 4)) end as unapplied_amount,
        documents.is_voided as is_voided,
        documents.created_at as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
)

select * from renamed
