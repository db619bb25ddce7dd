-- The sales order that each ERPNext invoice bills, by its lines; the first, where they name several. One row per invoice with an order.
-- key: invoice_id
with lines as (
    select * from staging.base_erpnext__invoice_lines
    where nullif(sales_order, '') is not null and not _deleted
),

named as (
    select
        lines._connection || ':' || lines.parent as invoice_id,
        lines._connection || ':' || min(lines.sales_order) as order_id
    from lines
    group by lines._connection, lines.parent
)

select * from named
