-- NetSuite invoices, cash sales and statement charges, by posting period. One row per invoice.
-- key: invoice_id
with documents as (
    select * from staging.base_netsuite__documents
    where document = 'invoice'
),

orders as (
    select document_id from staging.base_netsuite__documents
    where document = 'order'
),

renamed as (
    select
        documents.document_id as invoice_id,
        documents.source as source,
        documents.source_id as source_id,
        documents.number as number,
        orders.document_id as order_id,
        documents.crm_reference as crm_reference,
        documents.customer_id as customer_id,
        documents.legal_entity_id as legal_entity_id,
        documents.currency as currency,
        documents.exchange_rate as exchange_rate,
        documents.document_date as invoice_date,
        documents.due_date as due_date,
        documents.period_id as period_id,
        case
            when documents.type = 'CashSale' and not documents.is_voided then case documents.status when 'A' then 'unapproved payment' else 'paid in full' end
            when documents.status = 'A' then 'open'
            when documents.status = 'B' then 'paid in full'
            when documents.status = 'D' then 'pending approval'
            when documents.status = 'V' then 'voided'
            else lower(documents.status)
        end as status,
        documents.channel as channel,
        documents.is_posted as is_posted,
        documents.is_voided as is_voided,
        documents.total_amount as total_amount,
        documents.tax_amount as tax_amount,
        documents.open_amount as open_amount,
        documents.created_at as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
    left join orders
        on documents.created_from_id = orders.document_id
)

select * from renamed
