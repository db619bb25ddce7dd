-- QuickBooks invoices and sales receipts, by the period of their date. The deal stands in a custom field of that name, else where the connection
-- says; the sales channel in a custom field, else it is the location. One row per invoice.
-- key: invoice_id
with documents as (
    select * from staging.base_quickbooks__documents
    where is_charge
),

form_fields as (
    select * from staging.base_quickbooks__form_fields
),

renamed as (
    select
        documents.document_id as invoice_id,
        documents._connection as source,
        documents.source_id as source_id,
        documents.number as number,
        cast(null as varchar) as order_id,
        coalesce(form_fields.crm_reference, case when not documents.is_voided then documents.crm_reference end) as crm_reference,
        documents.customer_id as customer_id,
        documents.legal_entity_id as legal_entity_id,
        documents.currency as currency,
        documents.exchange_rate as exchange_rate,
        documents.document_date as invoice_date,
        documents.due_date as due_date,
        documents.period_id as period_id,
        documents.status as status,
        coalesce(form_fields.channel, documents.department) as channel,
        true as is_posted,
        documents.is_voided as is_voided,
        documents.total_amount as total_amount,
        cast(documents.tax_amount as decimal(38, 4)) as tax_amount,
        cast(documents.open_amount as decimal(38, 4)) as open_amount,
        documents.created_at as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
    left join form_fields
        on documents._connection = form_fields._connection
        and documents.source_id = form_fields.document_key
)

select * from renamed
