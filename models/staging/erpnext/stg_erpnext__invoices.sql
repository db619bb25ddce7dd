-- ERPNext sales invoices that are no returns, by posting date. One that was cancelled keeps its amounts. One row per invoice.
-- key: invoice_id
with invoices as (
    select * from staging.base_erpnext__sales_invoices
    where not is_return
),

invoice_orders as (
    select * from staging.base_erpnext__invoice_orders
),

renamed as (
    select
        invoices.document_id as invoice_id,
        invoices.source as source,
        invoices.source_id as source_id,
        invoices.source_id as number,
        invoice_orders.order_id as order_id,
        invoices.crm_reference as crm_reference,
        invoices.customer_id as customer_id,
        invoices.legal_entity_id as legal_entity_id,
        invoices.currency as currency,
        invoices.exchange_rate as exchange_rate,
        invoices.posting_date as invoice_date,
        invoices.due_date as due_date,
        invoices.period_id as period_id,
        invoices.status as status,
        invoices.channel as channel,
        invoices.is_posted as is_posted,
        invoices.is_voided as is_voided,
        invoices.total_amount as total_amount,
        invoices.tax_amount as tax_amount,
        invoices.open_amount as open_amount,
        invoices.created_at as created_at,
        invoices.modified_at as modified_at,
        invoices.is_deleted as is_deleted
    from invoices
    left join invoice_orders
        on invoices.document_id = invoice_orders.invoice_id
)

select * from renamed
