-- SAP billing documents that charge a customer: invoices (M) and debit memos (P). One that was cancelled is voided; the document that cancels
-- it (N) is none of its own. What is open is told by the lines on the customer's account,
-- also where the document's status is cleared: a residual item stays open. One row per billing document.
-- key: invoice_id
with documents as (
    select * from staging.base_sap__documents
    where category in ('M', 'P')
),

invoice_orders as (
    select * from staging.base_sap__invoice_orders
),

open_amounts as (
    select * from staging.base_sap__open_amounts
),

renamed as (
    select
        documents.document_id as invoice_id,
        documents.source as source,
        documents.source_id as source_id,
        documents.number as number,
        invoice_orders.order_id as order_id,
        documents.crm_reference as crm_reference,
        documents.customer_id as customer_id,
        documents.legal_entity_id as legal_entity_id,
        documents.currency as currency,
        documents.exchange_rate as exchange_rate,
        documents.document_date as invoice_date,
        documents.due_date as due_date,
        documents.period_id as period_id,
        case
            when documents.is_cancelled then 'cancelled'
            when not documents.is_posted then 'not posted'
            when documents.clearing_status = 'C' then 'cleared'
            else 'open'
        end as status,
        documents.channel as channel,
        documents.is_posted as is_posted,
        documents.is_cancelled as is_voided,
        cast(documents.net_amount + documents.tax_amount as decimal(38, 4)) as total_amount,
        documents.tax_amount as tax_amount,
        case
            when documents.is_cancelled or (documents.clearing_status = 'C' and open_amounts.open_amount is null) then cast(0 as decimal(38, 4))
            else cast(coalesce(open_amounts.open_amount, documents.net_amount + documents.tax_amount) as decimal(38, 4))
        end as open_amount,
        documents.created_at as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
    left join invoice_orders
        on documents.document_id = invoice_orders.document_id
    left join open_amounts
        on documents.document_id = open_amounts.document_id
)

select * from renamed
