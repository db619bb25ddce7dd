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
    where linked.order_id is null
        and not exists (select 1 from intermediate.int_invoice_orders as billed where billed.invoice_id = invoices.invoice_id)
),

alike as (
    select later.invoice_id as invoice_id, earlier.invoice_id as twin_of_id, later.line_count as line_count
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
),

contents as (
    select
        document_id, coalesce(product_id, '') as product_id, coalesce(quantity, 0) as quantity, amount,
        cast(count(*) as bigint) as line_count
    from intermediate.int_document_lines
    where document = 'invoice'
    group by document_id, coalesce(product_id, ''), coalesce(quantity, 0), amount
),

of_same_lines as (
    select alike.invoice_id, alike.twin_of_id
    from alike
    inner join contents as own
        on alike.invoice_id = own.document_id
    inner join contents as other
        on alike.twin_of_id = other.document_id
        and own.product_id = other.product_id
        and own.quantity = other.quantity
        and own.amount = other.amount
        and own.line_count = other.line_count
    group by alike.invoice_id, alike.twin_of_id, alike.line_count
    having sum(own.line_count) = alike.line_count
),

twins as (
    select invoice_id, min(twin_of_id) as twin_of_id from of_same_lines group by invoice_id
)

select * from twins
