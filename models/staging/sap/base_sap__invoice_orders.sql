-- The sales order that a billing document bills: the one that its items name, if it is one that is known. One row per billing document.
-- key: document_id
with lines as (
    select * from staging.base_sap__document_lines
    where not is_deleted and sales_document is not null
),

orders as (
    select _connection, order_id, coalesce(cast(try_cast(sales_order as bigint) as varchar), sales_order) as number
    from staging.base_sap__orders
),

named as (
    select lines.document_id as document_id, min(orders.order_id) as order_id
    from lines
    inner join orders
        on lines.source = orders._connection
        and lines.sales_document = orders.number
    group by lines.document_id
)

select * from named
