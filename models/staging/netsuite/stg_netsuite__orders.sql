-- NetSuite sales orders. Status A is pending approval, C cancelled, H closed. One row per sales order.
-- key: order_id
with documents as (
    select * from staging.base_netsuite__documents
    where document = 'order'
),

renamed as (
    select
        documents.document_id as order_id,
        documents.source as source,
        documents.source_id as source_id,
        documents.number as number,
        documents.crm_reference as crm_reference,
        documents.customer_id as customer_id,
        documents.bill_to_id as bill_to_id,
        documents.legal_entity_id as legal_entity_id,
        documents.currency as currency,
        documents.exchange_rate as exchange_rate,
        documents.document_date as order_date,
        case documents.status
            when 'A' then 'pending approval'
            when 'B' then 'pending fulfilment'
            when 'C' then 'cancelled'
            when 'D' then 'partially fulfilled'
            when 'E' then 'pending billing, partially fulfilled'
            when 'F' then 'pending billing'
            when 'G' then 'billed'
            when 'H' then 'closed'
            else lower(documents.status)
        end as status,
        coalesce(documents.status = 'A', false) as is_pending_approval,
        coalesce(documents.status = 'C', false) or documents.is_voided as is_cancelled,
        coalesce(documents.status = 'H', false) as is_closed,
        documents.channel as channel,
        documents.total_amount as total_amount,
        documents.tax_amount as tax_amount,
        cast(null as timestamp) as approved_at,
        documents.created_at as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
)

select * from renamed
