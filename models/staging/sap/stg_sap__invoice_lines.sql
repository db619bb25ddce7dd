-- The items of SAP invoices and debit memos, each with the order item that it bills. One row per item.
-- key: invoice_line_id
with lines as (
    select * from staging.base_sap__document_lines
    where category in ('M', 'P')
),

order_lines as (
    select
        order_lines.line_id as line_id, order_lines.source as source, cast(order_lines.line_number as varchar) as item,
        coalesce(cast(try_cast(orders.sales_order as bigint) as varchar), orders.sales_order) as number
    from staging.base_sap__order_lines as order_lines
    inner join staging.base_sap__orders as orders
        on order_lines.document_id = orders.order_id
),

freight_products as (
    select * from staging.base_sap__freight_products
),

unit_names as (
    select * from staging.base_sap__unit_names
),

renamed as (
    select
        lines.line_id as invoice_line_id,
        lines.source as source,
        lines.source_id as source_id,
        lines.document_id as invoice_id,
        lines.line_number as line_number,
        order_lines.line_id as order_line_id,
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
        lines.is_deleted as is_deleted
    from lines
    left join order_lines
        on lines.source = order_lines.source
        and lines.sales_document = order_lines.number
        and lines.sales_document_item = order_lines.item
    left join freight_products
        on lines.source = freight_products.source
        and lines.product = freight_products.product
    left join unit_names
        on lines.source = unit_names._connection
        and lines.unit = unit_names.unit
)

select * from renamed
