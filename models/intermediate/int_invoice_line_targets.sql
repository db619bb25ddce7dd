-- Where each posted invoice line goes: the chains of the order line that it names, of whichever order; else of the lines with its product of its
-- order (of the orders that its invoice's other lines name, where the invoice itself names none); else, freight, of their freight, or the charges of
-- their deals; else of all their lines, in proportion: where none of a chain's lines has its product (a deposit, retention, expenses), its quantity is
-- none of what was ordered (is_other_product). An invoice in another currency than its chain's order is not followed there: what the chain would have
-- of it is no other chain's. One row per invoice line and chain.
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
        shares.*, order_lines.product_code as product_code, coalesce(order_lines.product_code, order_lines.product_id) as product,
        order_lines.kind as line_kind, order_lines.currency as currency
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
    select
        not_found.line_id, not_found.product_code, coalesce(not_found.product_code, not_found.product_id) as product, not_found.kind,
        invoice_orders.order_id
    from not_found
    inner join invoice_orders
        on not_found.document_id = invoice_orders.invoice_id
    where (not_found.order_id is null or not_found.order_id = invoice_orders.order_id)
        and not exists (select 1 from of_other_orders where of_other_orders.line_id = not_found.line_id)
),

of_product as (
    select
        unnamed.line_id, order_shares.chain_id, order_shares.weight, order_shares.amount,
        min(order_shares.line_id) over (partition by unnamed.line_id) = max(order_shares.line_id) over (partition by unnamed.line_id) as is_one_line
    from unnamed
    inner join order_shares
        on unnamed.order_id = order_shares.document_id
        and unnamed.product_code = order_shares.product_code
        and unnamed.kind = order_shares.line_kind
),

same_product as (
    select line_id, chain_id, sum(case when is_one_line then weight else abs(amount) end) as weight
    from of_product
    group by line_id, chain_id
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
    select
        loose.line_id, order_shares.chain_id, sum(abs(order_shares.amount)) as weight,
        min(case when loose.product is distinct from order_shares.product then 1 else 0 end) = 1 as is_other_product
    from loose
    inner join order_shares
        on loose.order_id = order_shares.document_id
    where loose.kind <> 'freight'
    group by loose.line_id, order_shares.chain_id
),

found as (
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight, false as is_other_product from itself
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight, false as is_other_product from named
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight, false as is_other_product from same_product
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight, false as is_other_product from ordered_freight
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight, false as is_other_product from freight_of_deals
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight, is_other_product from in_proportion
),

judged as (
    select
        found.line_id as line_id, found.chain_id as chain_id, found.weight as weight, found.is_other_product as is_other_product,
        lines.currency = chain_currencies.order_currency as is_followed
    from found
    inner join lines
        on found.line_id = lines.line_id
    inner join intermediate.int_chain_currencies as chain_currencies
        on found.chain_id = chain_currencies.chain_id
)

select * from judged
