-- The sales order that each ERPNext invoice bills, by its lines. One that bills several has none: its lines say which. One row per invoice with one
-- order.
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
    having count(distinct lines.sales_order) = 1
)

select * from named
