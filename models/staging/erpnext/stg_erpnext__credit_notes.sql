-- ERPNext returns (is_return): what the customer gets back is positive. One that does not keep an outstanding amount of its own has settled its
-- invoice. One row per return.
-- key: credit_note_id
with returns as (
    select * from staging.base_erpnext__sales_invoices
    where is_return
),

renamed as (
    select
        returns.document_id as credit_note_id,
        returns.source as source,
        returns.source_id as source_id,
        returns.source_id as number,
        returns.returned_id as invoice_id,
        returns.customer_id as customer_id,
        returns.legal_entity_id as legal_entity_id,
        returns.currency as currency,
        returns.exchange_rate as exchange_rate,
        returns.posting_date as credit_date,
        returns.period_id as period_id,
        returns.status as status,
        returns.is_posted as is_posted,
        returns.is_voided as is_voided,
        -returns.total_amount as total_amount,
        -returns.tax_amount as tax_amount,
        -returns.open_amount as open_amount,
        returns.created_at as created_at,
        returns.modified_at as modified_at,
        returns.is_deleted as is_deleted
    from returns
)

select * from renamed
