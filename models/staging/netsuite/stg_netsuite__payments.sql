-- NetSuite's customer payments and deposits, cash sales (paid at once), what was received by the payment items of an invoice, and what was paid back:
-- cash refunds and customer refunds (negative). One row per payment.
-- key: payment_id
with documents as (
    select * from staging.base_netsuite__documents
    where type in ('CustPymt', 'CustDep', 'CashSale', 'CashRfnd', 'CustRfnd')
),

invoices as (
    select * from staging.base_netsuite__documents
    where type = 'CustInvc' and is_posted and received_amount <> 0
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
    union all
    select
        invoices.document_id || ':received' as payment_id,
        invoices.source as source,
        invoices.source_id || ':received' as source_id,
        invoices.number as number,
        invoices.customer_id as customer_id,
        invoices.legal_entity_id as legal_entity_id,
        invoices.currency as currency,
        invoices.document_date as payment_date,
        invoices.period_id as period_id,
        invoices.received_amount as amount,
        cast(0 as decimal(38, 4)) as unapplied_amount,
        invoices.is_voided as is_voided,
        invoices.created_at as created_at,
        invoices.modified_at as modified_at,
        invoices.is_deleted as is_deleted
    from invoices
)

select * from renamed
