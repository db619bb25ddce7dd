-- Lines of QuickBooks invoices and sales receipts, net of tax; a line names neither an order line nor the CRM's. One row per line.
-- key: invoice_line_id
with lines as (
    select * from staging.base_quickbooks__document_lines
    where is_charge
),

renamed as (
    select
        lines.line_id as invoice_line_id,
        lines._connection as source,
        lines.source_id as source_id,
        lines.document_id as invoice_id,
        lines.line_number as line_number,
        cast(null as varchar) as order_line_id,
        cast(null as varchar) as crm_reference,
        lines.kind as kind,
        lines.applies_to_line_id as applies_to_line_id,
        lines._connection || ':' || lines.item_id as product_id,
        lines.quantity as quantity,
        cast(null as varchar) as unit,
        lines.unit_price as unit_price,
        lines.discount_percent as discount_percent,
        lines.amount as amount,
        lines.currency as currency,
        lines.is_deleted as is_deleted
    from lines
)

select * from renamed
