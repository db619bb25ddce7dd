-- Xero sales invoices, by the period of their date. Xero does not tell when an invoice was entered: its date stands for it. The sales channel is
-- the option of a tracking category called Channel or Sales Channel. One row per invoice.
-- key: invoice_id
with documents as (
    select * from staging.base_xero__documents
    where document = 'invoice'
),

channels as (
    select tracking._connection, tracking._parent, min(lower(trim(tracking.option))) as channel
    from staging.base_xero__invoice_line_tracking as tracking
    where not tracking._deleted and lower(trim(tracking.name)) in ('channel', 'sales channel')
    group by tracking._connection, tracking._parent
),

renamed as (
    select
        documents.document_id as invoice_id,
        documents._connection as source,
        documents.source_id as source_id,
        documents.number as number,
        cast(null as varchar) as order_id,
        documents.crm_reference as crm_reference,
        documents.customer_id as customer_id,
        documents.legal_entity_id as legal_entity_id,
        documents.currency as currency,
        documents.exchange_rate as exchange_rate,
        documents.document_date as invoice_date,
        documents.due_date as due_date,
        documents.period_id as period_id,
        documents.status as status,
        channels.channel as channel,
        documents.is_posted as is_posted,
        documents.is_voided as is_voided,
        documents.total_amount as total_amount,
        documents.tax_amount as tax_amount,
        documents.open_amount as open_amount,
        cast(documents.document_date as timestamp) as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
    left join channels
        on documents._connection = channels._connection
        and documents.source_id = channels._parent
)

select * from renamed
