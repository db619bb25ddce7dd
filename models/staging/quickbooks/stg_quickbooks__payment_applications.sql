-- What settled each QuickBooks invoice: money of a payment, a credit memo or a deposit that a payment applies, what was taken when the invoice was
-- written, or the sales receipt's own money. One row per invoice and what settled it.
-- key: payment_application_id
with settlements as (
    select * from staging.base_quickbooks__settlements
),

payments as (
    select * from staging.base_quickbooks__payments
),

documents as (
    select * from staging.base_quickbooks__documents
),

settled as (
    select
        settlements._connection || ':' || settlements.payment_key || ':' || settlements.invoice_key || ':' || settlements.means_key
            as payment_application_id,
        settlements._connection as source,
        settlements.payment_key || ':' || settlements.invoice_key || ':' || settlements.means_key as source_id,
        case when settlements.credit_key is null then settlements._connection || ':' || coalesce(settlements.deposit_key, settlements.payment_key) end
            as payment_id,
        settlements._connection || ':' || settlements.credit_key as credit_note_id,
        documents.document_id as invoice_id,
        try_cast(substr(payments.txn_date, 1, 10) as date) as applied_date,
        cast(settlements.amount as decimal(38, 4)) as amount,
        documents.currency as currency,
        payments._deleted or documents.is_deleted as is_deleted
    from settlements
    inner join payments
        on settlements._connection = payments._connection
        and settlements.payment_key = payments._key
    inner join documents
        on settlements._connection || ':' || settlements.invoice_key = documents.document_id
        and documents.document = 'invoice'
    union all
    select
        documents.document_id || ':paid' as payment_application_id,
        documents._connection as source,
        documents.source_id || ':paid' as source_id,
        documents.document_id as payment_id,
        cast(null as varchar) as credit_note_id,
        documents.document_id as invoice_id,
        documents.document_date as applied_date,
        documents.total_amount as amount,
        documents.currency as currency,
        documents.is_deleted as is_deleted
    from documents
    where documents.document = 'sales_receipt' and not documents.is_voided
    union all
    select
        documents.document_id || ':deposit' as payment_application_id,
        documents._connection as source,
        documents.source_id || ':deposit' as source_id,
        documents.document_id || ':deposit' as payment_id,
        cast(null as varchar) as credit_note_id,
        documents.document_id as invoice_id,
        documents.document_date as applied_date,
        documents.deposit_amount as amount,
        documents.currency as currency,
        documents.is_deleted as is_deleted
    from documents
    where documents.document = 'invoice' and not documents.is_voided and documents.deposit_amount <> 0
)

select * from settled
