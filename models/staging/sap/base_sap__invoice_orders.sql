-- The sales order that a billing document bills: the only one of those known that its items name. One that bills several has none: its items say
-- which. One row per billing document.
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
    having count(distinct orders.order_id) = 1
)

select * from named
