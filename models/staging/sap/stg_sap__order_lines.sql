-- SAP sales order items. One that was rejected is closed: what of it is not billed never will be. One row per item.
-- key: order_line_id
with lines as (
    select * from staging.base_sap__order_lines
),

orders as (
    select order_id, _deleted as is_deleted from staging.base_sap__orders
),

freight_products as (
    select * from staging.base_sap__freight_products
),

unit_names as (
    select * from staging.base_sap__unit_names
),

renamed as (
    select
        lines.line_id as order_line_id,
        lines.source as source,
        lines.source_id as source_id,
        lines.document_id as order_id,
        lines.line_number as line_number,
        lines.crm_reference as crm_reference,
        case when freight_products.product is not null then 'freight' else 'item' end as kind,
        cast(null as varchar) as applies_to_line_id,
        lines.source || ':' || lines.product as product_id,
        lines.quantity as quantity,
        coalesce(unit_names.unit_name, lines.unit) as unit,
        lines.unit_price as unit_price,
        cast(null as decimal(18, 10)) as discount_percent,
        lines.amount as amount,
        lines.currency as currency,
        lines.is_closed as is_closed,
        lines.is_deleted or orders.is_deleted as is_deleted
    from lines
    inner join orders
        on lines.document_id = orders.order_id
    left join freight_products
        on lines.source = freight_products.source
        and lines.product = freight_products.product
    left join unit_names
        on lines.source = unit_names._connection
        and lines.unit = unit_names.unit
)

select * from renamed
