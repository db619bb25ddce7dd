-- Terms that differ between a deal, its orders and their invoices and that move no amount: who is billed, in which legal entity, when it is due, the order
-- of dates, whether it is taxed, another product, another quantity at the same amount. What moves an amount is a break (marts.breaks). One row per
-- document and term, per deal line for product and quantity.
-- key: difference_id
-- owner: finance
with links as (
    select * from intermediate.int_order_deals
    where is_won
),

deals as (
    select * from intermediate.int_deals
    where scope_reason is null
),

states as (
    select * from intermediate.int_order_states
    where state in ('counts', 'pending')
),

customer_links as (
    select * from intermediate.int_customer_links
),

customers as (
    select * from canonical.customers
),

names as (
    select customer_id, customer_name from intermediate.int_customers
),

orders as (
    select
        deals.opportunity_id, deals.deal_name, deals.customer_id, deals.owner_id, deals.legal_entity, deals.close_date, states.order_id,
        states.number as order_number,
        states.document, states.order_date, states.legal_entity as order_legal_entity, states.linked_customer_id, states.tax_amount,
        states.customer_id as order_customer_id, own.bill_to_id
    from links
    inner join deals
        on links.opportunity_id = deals.opportunity_id
    inner join states
        on links.order_id = states.order_id
    left join canonical.orders as own
        on states.order_id = own.order_id
),

invoices as (
    select
        orders.*, invoices.invoice_id, invoices.number as invoice_number, invoices.invoice_date, invoices.due_date,
        invoices.customer_id as billed_customer_id, invoices.tax_amount as invoice_tax_amount, invoices.total_amount as invoice_total_amount
    from orders
    inner join canonical.invoices as invoices
        on orders.order_id = case when orders.document = 'order' then invoices.order_id else invoices.invoice_id end
    where not invoices.is_deleted and not coalesce(invoices.is_voided, false)
),

-- "Net 30", "30 days": the only number in it.
payment_days as (
    select
        customer_id, payment_terms,
        try_cast(nullif(translate(lower(payment_terms), 'abcdefghijklmnopqrstuvwxyz ._-', ''), '') as integer) as days
    from customers
    where payment_terms is not null
),

order_differences as (
    select
        'legal_entity' as field, opportunity_id, order_id, cast(null as varchar) as invoice_id, order_number as document_number, order_date as document_date,
        'deal' as agreed_in, legal_entity as agreed_value, document as found_in, order_legal_entity as found_value
    from orders
    where legal_entity <> order_legal_entity
    union all
    select
        'customer' as field, orders.opportunity_id, orders.order_id, cast(null as varchar) as invoice_id, order_number as document_number, order_date as document_date,
        'deal' as agreed_in, agreed.customer_name as agreed_value, document as found_in, found.customer_name as found_value
    from orders
    left join names as agreed
        on orders.customer_id = agreed.customer_id
    left join names as found
        on orders.linked_customer_id = found.customer_id
    where orders.customer_id <> orders.linked_customer_id
    union all
    select
        'bill_to' as field, orders.opportunity_id, orders.order_id, cast(null as varchar) as invoice_id, order_number as document_number, order_date as document_date,
        'deal' as agreed_in, agreed.customer_name as agreed_value, document as found_in, bill_tos.name as found_value
    from orders
    inner join customer_links as bill_tos
        on orders.bill_to_id = bill_tos.source_customer_id
    left join names as agreed
        on orders.customer_id = agreed.customer_id
    where bill_tos.customer_id <> orders.customer_id and orders.linked_customer_id = orders.customer_id
    union all
    select
        'ordered_before_close' as field, opportunity_id, order_id, cast(null as varchar) as invoice_id, order_number as document_number, order_date as document_date,
        'deal' as agreed_in, cast(close_date as varchar) as agreed_value, document as found_in, cast(order_date as varchar) as found_value
    from orders
    where document = 'order' and order_date < close_date
),

invoice_differences as (
    select
        'billed_customer' as field, opportunity_id, order_id, invoice_id, invoice_number as document_number, invoice_date as document_date,
        'order' as agreed_in, agreed.name as agreed_value, 'invoice' as found_in, found.name as found_value
    from invoices
    left join customers as agreed
        on invoices.order_customer_id = agreed.customer_id
    left join customers as found
        on invoices.billed_customer_id = found.customer_id
    where document = 'order' and billed_customer_id <> order_customer_id and (bill_to_id is null or billed_customer_id <> bill_to_id)
    union all
    select
        'invoiced_before_order' as field, opportunity_id, order_id, invoice_id, invoice_number as document_number, invoice_date as document_date,
        'order' as agreed_in, cast(order_date as varchar) as agreed_value, 'invoice' as found_in, cast(invoice_date as varchar) as found_value
    from invoices
    where document = 'order' and invoice_date < order_date
    union all
    select
        'payment_terms' as field, invoices.opportunity_id, invoices.order_id, invoices.invoice_id, invoices.invoice_number as document_number,
        invoices.invoice_date as document_date, 'account' as agreed_in, payment_days.payment_terms as agreed_value, 'invoice' as found_in,
        cast(date_diff('day', invoices.invoice_date, invoices.due_date) as varchar) || ' days' as found_value
    from invoices
    inner join payment_days
        on invoices.customer_id = payment_days.customer_id
    where payment_days.days is not null and invoices.due_date is not null
        and date_diff('day', invoices.invoice_date, invoices.due_date) <> payment_days.days
    union all
    select
        'taxed' as field, opportunity_id, order_id, invoice_id, invoice_number as document_number, invoice_date as document_date,
        'order' as agreed_in, case when tax_amount = 0 then 'without tax' else 'with tax' end as agreed_value,
        'invoice' as found_in, case when coalesce(invoice_tax_amount, 0) = 0 then 'without tax' else 'with tax' end as found_value
    from invoices
    where document = 'order' and (tax_amount = 0) <> (coalesce(invoice_tax_amount, 0) = 0) and invoice_total_amount <> 0
),

credit_differences as (
    select
        'credited_before_invoice' as field, invoices.opportunity_id, invoices.order_id, invoices.invoice_id, credit_notes.number as document_number,
        credit_notes.credit_date as document_date, 'invoice' as agreed_in, cast(invoices.invoice_date as varchar) as agreed_value,
        'credit note' as found_in, cast(credit_notes.credit_date as varchar) as found_value
    from invoices
    inner join canonical.credit_notes as credit_notes
        on invoices.invoice_id = credit_notes.invoice_id
    where not credit_notes.is_deleted and not coalesce(credit_notes.is_voided, false) and credit_notes.credit_date < invoices.invoice_date
),

-- Lines of one product, so that it can be compared.
order_products as (
    select shares.chain_id, min(lines.product_code) as product_code
    from intermediate.int_order_line_shares as shares
    inner join intermediate.int_document_lines as lines
        on shares.line_id = lines.line_id
    where shares.class = 'counts' and shares.chain_kind = 'line' and lines.product_code is not null
    group by shares.chain_id
    having min(lines.product_code) = max(lines.product_code)
),

chains as (
    select terms.*, order_products.product_code as order_product_code
    from intermediate.int_chain_order_terms as terms
    left join order_products
        on terms.chain_id = order_products.chain_id
    where terms.kind = 'line' and not terms.is_mixed and terms.order_id is not null
),

line_differences as (
    select
        'product' as field, opportunity_id, order_id, chain_id, product_code as agreed_value, order_product_code as found_value
    from chains
    where product_code <> order_product_code
    union all
    select
        'quantity' as field, opportunity_id, order_id, chain_id, cast(quantity as varchar) || coalesce(' ' || unit, '') as agreed_value,
        cast(ordered_quantity as varchar) || coalesce(' ' || order_unit, '') as found_value
    from chains
    where has_terms and reading <> 'same' and quantity <> ordered_quantity and quantity_difference = 0 and unit_difference = 0
),

-- An order of several deals has a difference once for each of them; one of the order alone once.
differences as (
    select * from order_differences
    union all
    select * from invoice_differences
    union all
    select field, opportunity_id, order_id, invoice_id, min(document_number) as document_number, min(document_date) as document_date, agreed_in,
        agreed_value, found_in, min(found_value) as found_value
    from credit_differences
    group by field, opportunity_id, order_id, invoice_id, agreed_in, agreed_value, found_in
),

keyed as (
    select differences.*, coalesce(invoice_id, order_id) || ':' || opportunity_id as place from differences
    union all
    select
        line_differences.field, line_differences.opportunity_id, line_differences.order_id, cast(null as varchar) as invoice_id,
        states.number as document_number, states.order_date as document_date, 'deal' as agreed_in, line_differences.agreed_value,
        states.document as found_in, line_differences.found_value, line_differences.chain_id as place
    from line_differences
    inner join states
        on line_differences.order_id = states.order_id
),

listed as (
    select
        differences.field || ':' || differences.place as difference_id,
        differences.field as field,
        case differences.field
            when 'legal_entity' then 'The deal is of another legal entity than its ' || differences.found_in
            when 'customer' then 'The ' || differences.found_in || ' is for another customer than the deal'
            when 'bill_to' then 'The order is billed to another customer than the deal''s'
            when 'product' then 'Another product than the deal has, at the same amount or with a break beside it'
            when 'quantity' then 'Another quantity than the deal has, and the amounts agree: on one side quantity times price is not the amount'
            when 'ordered_before_close' then 'The order is dated before the deal was closed'
            when 'billed_customer' then 'The invoice is for another customer than its order'
            when 'invoiced_before_order' then 'The invoice is dated before its order'
            when 'credited_before_invoice' then 'A credit note is dated before its invoice'
            when 'payment_terms' then 'The invoice is due at another time than the account''s terms say'
            else 'Order and invoice are not taxed alike'
        end as explanation,
        differences.agreed_in as agreed_in,
        differences.agreed_value as agreed_value,
        differences.found_in as found_in,
        differences.found_value as found_value,
        differences.opportunity_id as opportunity_id,
        deals.deal_name as deal_name,
        differences.order_id as order_id,
        differences.invoice_id as invoice_id,
        differences.document_number as document_number,
        differences.document_date as document_date,
        deals.customer_id as customer_id,
        names.customer_name as customer_name,
        deals.legal_entity as legal_entity,
        users.name as owner_name
    from keyed as differences
    inner join deals
        on differences.opportunity_id = deals.opportunity_id
    left join names
        on deals.customer_id = names.customer_id
    left join canonical.users as users
        on deals.owner_id = users.user_id
)

select * from listed
