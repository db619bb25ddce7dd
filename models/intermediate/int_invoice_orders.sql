-- Which orders each invoice bills: the one that it names itself, and those whose lines its lines name. An invoice that has none stands for its order
-- itself. One row per invoice and order.
-- key: invoice_id, order_id
with invoices as (
    select invoice_id, order_id from canonical.invoices
),

named as (
    select distinct invoice_lines.invoice_id, order_lines.order_id
    from canonical.invoice_lines as invoice_lines
    inner join canonical.order_lines as order_lines
        on invoice_lines.order_line_id = order_lines.order_line_id
    inner join canonical.orders as orders
        on order_lines.order_id = orders.order_id
    where not invoice_lines.is_deleted and not order_lines.is_deleted and not orders.is_deleted
),

found as (
    select invoice_id, order_id from invoices
    where order_id is not null
    union
    select named.invoice_id, named.order_id
    from named
    inner join invoices
        on named.invoice_id = invoices.invoice_id
),

counted as (
    select
        found.invoice_id as invoice_id,
        found.order_id as order_id,
        count(*) over (partition by found.invoice_id) as order_count
    from found
)

select * from counted
