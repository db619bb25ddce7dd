-- Invoices entered twice: they name neither order nor deal, and have the same customer, currency, total and lines as an invoice made at most 24 hours
-- before. One row per twin.
-- key: invoice_id
with lines as (
    select document_id, count(*) as line_count, sum(coalesce(quantity, 0)) as quantity, min(product_id) as first_product_id,
        max(product_id) as last_product_id
    from intermediate.int_document_lines
    where document = 'invoice'
    group by document_id
),

invoices as (
    select invoices.*, lines.line_count, lines.quantity, lines.first_product_id, lines.last_product_id
    from canonical.invoices as invoices
    inner join lines
        on invoices.invoice_id = lines.document_id
    where invoices.is_posted and not invoices.is_voided and not invoices.is_deleted
),

linked as (
    select distinct order_id from intermediate.int_order_deals
),

loose as (
    select invoices.*
    from invoices
    left join linked
        on invoices.invoice_id = linked.order_id
    where invoices.order_id is null and linked.order_id is null
),

twins as (
    select later.invoice_id as invoice_id, min(earlier.invoice_id) as twin_of_id
    from loose as later
    inner join invoices as earlier
        on later.customer_id = earlier.customer_id
        and later.currency = earlier.currency
        and later.total_amount = earlier.total_amount
        and later.line_count = earlier.line_count
        and later.quantity = earlier.quantity
        and later.first_product_id = earlier.first_product_id
        and later.last_product_id = earlier.last_product_id
    where (earlier.created_at < later.created_at or (earlier.created_at = later.created_at and earlier.invoice_id < later.invoice_id))
        and later.created_at <= earlier.created_at + interval '24' hour
    group by later.invoice_id
)

select * from twins
