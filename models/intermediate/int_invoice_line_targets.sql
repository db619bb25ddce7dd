-- Where each posted invoice line goes: the chains of the order line that it names, of whichever order; else of the only line with its product of its
-- order (of the orders that its invoice's other lines name, where the invoice itself names none); else, freight, of their freight, or the charges of
-- their deals; else of all their lines, in proportion. An invoice in another currency than its chain's order is not followed there: what the chain would have of it is no other
-- chain's. One row per invoice line and chain.
-- key: line_id, chain_id
with invoices as (
    select * from canonical.invoices
    where is_posted and not is_voided and not is_deleted
),

lines as (
    select document_lines.*, invoices.order_id
    from intermediate.int_document_lines as document_lines
    inner join invoices
        on document_lines.document_id = invoices.invoice_id
    where document_lines.document = 'invoice'
),

order_shares as (
    select
        shares.*, order_lines.product_code as product_code, order_lines.kind as line_kind,
        order_lines.currency as currency
    from intermediate.int_order_line_shares as shares
    inner join intermediate.int_document_lines as order_lines
        on shares.line_id = order_lines.line_id
),

invoice_orders as (
    select * from intermediate.int_invoice_orders
),

itself as (
    select lines.line_id, order_shares.chain_id, order_shares.weight as weight
    from lines
    inner join order_shares
        on lines.line_id = order_shares.line_id
),

named as (
    select lines.line_id, order_shares.chain_id, order_shares.weight as weight
    from lines
    inner join order_shares
        on lines.origin_line_id = order_shares.line_id
        and order_shares.document = 'order'
),

product_counts as (
    select document_id, product_code, line_kind, count(distinct line_id) as line_count
    from order_shares
    group by document_id, product_code, line_kind
),

not_found as (
    select lines.* from lines
    where not exists (select 1 from named where named.line_id = lines.line_id)
),

-- The line of an order that is not followed: the line goes with it, to none.
of_other_orders as (
    select not_found.line_id
    from not_found
    inner join intermediate.int_document_lines as order_lines
        on not_found.origin_line_id = order_lines.line_id
    inner join canonical.orders as orders
        on order_lines.document_id = orders.order_id
    where order_lines.document = 'order' and not orders.is_deleted
),

unnamed as (
    select not_found.line_id, not_found.product_code, not_found.kind, invoice_orders.order_id
    from not_found
    inner join invoice_orders
        on not_found.document_id = invoice_orders.invoice_id
    where (not_found.order_id is null or not_found.order_id = invoice_orders.order_id)
        and not exists (select 1 from of_other_orders where of_other_orders.line_id = not_found.line_id)
),

only_of_product as (
    select unnamed.line_id
    from unnamed
    inner join product_counts
        on unnamed.order_id = product_counts.document_id
        and unnamed.product_code = product_counts.product_code
        and unnamed.kind = product_counts.line_kind
    group by unnamed.line_id
    having sum(product_counts.line_count) = 1
),

same_product as (
    select unnamed.line_id, order_shares.chain_id, order_shares.weight as weight
    from unnamed
    inner join only_of_product
        on unnamed.line_id = only_of_product.line_id
    inner join order_shares
        on unnamed.order_id = order_shares.document_id
        and unnamed.product_code = order_shares.product_code
        and unnamed.kind = order_shares.line_kind
),

loose as (
    select unnamed.* from unnamed
    where not exists (select 1 from same_product where same_product.line_id = unnamed.line_id)
),

ordered_freight as (
    select loose.line_id, order_shares.chain_id, sum(abs(order_shares.amount)) as weight
    from loose
    inner join order_shares
        on loose.order_id = order_shares.document_id
    where loose.kind = 'freight' and order_shares.line_kind = 'freight'
    group by loose.line_id, order_shares.chain_id
),

-- Freight that was not ordered.
charges_of_deals as (
    select distinct loose.line_id, charges.chain_id, charges.freight_weight, charges.amount_weight
    from loose
    inner join intermediate.int_order_charges as charges
        on loose.order_id = charges.order_id
    where loose.kind = 'freight'
        and not exists (select 1 from ordered_freight where ordered_freight.line_id = loose.line_id)
),

summed_charges as (
    select charges_of_deals.*, sum(freight_weight) over (partition by line_id) as freight_weight_sum
    from charges_of_deals
),

freight_of_deals as (
    select line_id, chain_id, case when freight_weight_sum = 0 then amount_weight else freight_weight end as weight
    from summed_charges
),

in_proportion as (
    select loose.line_id, order_shares.chain_id, sum(abs(order_shares.amount)) as weight
    from loose
    inner join order_shares
        on loose.order_id = order_shares.document_id
    where loose.kind <> 'freight'
    group by loose.line_id, order_shares.chain_id
),

found as (
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight from itself
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight from named
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight from same_product
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight from ordered_freight
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight from freight_of_deals
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight from in_proportion
),

judged as (
    select
        found.line_id as line_id, found.chain_id as chain_id, found.weight as weight,
        lines.currency = chain_currencies.order_currency as is_followed
    from found
    inner join lines
        on found.line_id = lines.line_id
    inner join intermediate.int_chain_currencies as chain_currencies
        on found.chain_id = chain_currencies.chain_id
)

select * from judged
