-- NetSuite sales order lines, signs turned so that what charges the customer is positive. One row per line.
-- key: order_line_id
with lines as (
    select * from staging.base_netsuite__document_lines
    where document = 'order'
),

renamed as (
    select
        lines.line_id as order_line_id,
        lines._connection as source,
        lines.source_id as source_id,
        lines.document_id as order_id,
        lines.line_number as line_number,
        lines.crm_reference as crm_reference,
        lines.kind as kind,
        lines.applies_to_line_id as applies_to_line_id,
        lines.product_id as product_id,
        -lines.quantity as quantity,
        lines.unit as unit,
        lines.unit_price as unit_price,
        cast(null as decimal(18, 10)) as discount_percent,
        -lines.amount as amount,
        lines.currency as currency,
        lines.is_closed as is_closed,
        lines.is_deleted as is_deleted
    from lines
)

select * from renamed
