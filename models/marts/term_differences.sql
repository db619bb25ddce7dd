-- Terms that differ between a deal, its orders and their invoices and that move no amount: who is billed, in which legal entity, when it is due, the order
-- of dates, where it is delivered and taxed, another product, another quantity at the same amount. What moves an amount is a break (marts.breaks). One row per
-- document and term, per deal line for product and quantity.
-- key: difference_id
-- owner: finance
with found as (
    select * from intermediate.int_documents_off_terms
),

deals as (
    select * from intermediate.int_deals
    where scope_reason is null
),

customers as (
    select * from canonical.customers
),

names as (
    select customer_id, customer_name from intermediate.int_customers
),

order_rows as (
    select distinct
        opportunity_id, customer_id, legal_entity, close_date, order_id, order_number, document, order_date, order_legal_entity, linked_customer_id,
        bill_to_name, is_other_entity, is_other_customer, is_other_bill_to, is_before_close, deal_ship_to, order_ship_to, deal_tax_area, order_tax_area,
        is_ordered_to_elsewhere, is_ordered_in_other_area
    from found
),

order_differences as (
    select
        'legal_entity' as field, opportunity_id, order_id, order_number as document_number, order_date as document_date,
        'deal' as agreed_in, legal_entity as agreed_value, document as found_in, order_legal_entity as found_value
    from order_rows
    where is_other_entity
    union all
    select
        'customer' as field, order_rows.opportunity_id, order_rows.order_id, order_rows.order_number as document_number,
        order_rows.order_date as document_date, 'deal' as agreed_in, agreed.customer_name as agreed_value, order_rows.document as found_in,
        found_names.customer_name as found_value
    from order_rows
    left join names as agreed
        on order_rows.customer_id = agreed.customer_id
    left join names as found_names
        on order_rows.linked_customer_id = found_names.customer_id
    where order_rows.is_other_customer
    union all
    select
        'bill_to' as field, order_rows.opportunity_id, order_rows.order_id, order_rows.order_number as document_number,
        order_rows.order_date as document_date, 'deal' as agreed_in, agreed.customer_name as agreed_value, order_rows.document as found_in,
        order_rows.bill_to_name as found_value
    from order_rows
    left join names as agreed
        on order_rows.customer_id = agreed.customer_id
    where order_rows.is_other_bill_to
    union all
    select
        'ordered_before_close' as field, opportunity_id, order_id, order_number as document_number, order_date as document_date,
        'deal' as agreed_in, cast(close_date as varchar) as agreed_value, document as found_in, cast(order_date as varchar) as found_value
    from order_rows
    where is_before_close
    union all
    select
        'ship_to' as field, opportunity_id, order_id, order_number as document_number, order_date as document_date,
        'deal' as agreed_in, deal_ship_to as agreed_value, document as found_in, order_ship_to as found_value
    from order_rows
    where is_ordered_to_elsewhere
    union all
    select
        'tax_area' as field, opportunity_id, order_id, order_number as document_number, order_date as document_date,
        'deal' as agreed_in, deal_tax_area as agreed_value, document as found_in, order_tax_area as found_value
    from order_rows
    where is_ordered_in_other_area
),

invoice_differences as (
    select
        'billed_customer' as field, found.opportunity_id, found.order_id, found.invoice_id, found.invoice_number as document_number,
        found.invoice_date as document_date, 'order' as agreed_in, agreed.name as agreed_value, 'invoice' as found_in, billed.name as found_value
    from found
    left join customers as agreed
        on found.order_customer_id = agreed.customer_id
    left join customers as billed
        on found.billed_customer_id = billed.customer_id
    where found.is_billed_elsewhere
    union all
    select
        'invoiced_before_order' as field, opportunity_id, order_id, invoice_id, invoice_number as document_number, invoice_date as document_date,
        'order' as agreed_in, cast(order_date as varchar) as agreed_value, 'invoice' as found_in, cast(invoice_date as varchar) as found_value
    from found
    where is_before_order
    union all
    select
        'payment_terms' as field, opportunity_id, order_id, invoice_id, invoice_number as document_number, invoice_date as document_date,
        'account' as agreed_in, payment_terms as agreed_value, 'invoice' as found_in, cast(invoice_days as varchar) || ' days' as found_value
    from found
    where is_due_otherwise
    union all
    select
        'taxed' as field, opportunity_id, order_id, invoice_id, invoice_number as document_number, invoice_date as document_date,
        'order' as agreed_in, case when is_order_taxed then 'with tax' else 'without tax' end as agreed_value,
        'invoice' as found_in, case when is_order_taxed then 'without tax' else 'with tax' end as found_value
    from found
    where is_taxed_otherwise
    union all
    select
        'ship_to' as field, opportunity_id, order_id, invoice_id, invoice_number as document_number, invoice_date as document_date,
        'order' as agreed_in, order_ship_to as agreed_value, 'invoice' as found_in, invoice_ship_to as found_value
    from found
    where is_shipped_elsewhere
    union all
    select
        'tax_area' as field, opportunity_id, order_id, invoice_id, invoice_number as document_number, invoice_date as document_date,
        'order' as agreed_in, order_tax_area as agreed_value, 'invoice' as found_in, invoice_tax_area as found_value
    from found
    where is_taxed_in_other_area
),

early_credits as (
    select
        invoices.invoice_id, coalesce(invoice_orders.order_id, invoices.invoice_id) as order_id, invoices.invoice_date, min(credit_notes.number) as number,
        min(credit_notes.credit_date) as credit_date
    from canonical.credit_notes as credit_notes
    inner join intermediate.int_credit_note_invoices as credited
        on credit_notes.credit_note_id = credited.credit_note_id
    inner join canonical.invoices as invoices
        on credited.invoice_id = invoices.invoice_id
        and credit_notes.credit_date < invoices.invoice_date
    left join intermediate.int_invoice_orders as invoice_orders
        on invoices.invoice_id = invoice_orders.invoice_id
    where not credit_notes.is_deleted and not coalesce(credit_notes.is_voided, false) and not invoices.is_deleted
    group by invoices.invoice_id, coalesce(invoice_orders.order_id, invoices.invoice_id), invoices.invoice_date
),

credit_differences as (
    select
        'credited_before_invoice' as field, links.opportunity_id, links.order_id, early_credits.invoice_id, early_credits.number as document_number,
        early_credits.credit_date as document_date, 'invoice' as agreed_in, cast(early_credits.invoice_date as varchar) as agreed_value,
        'credit note' as found_in, cast(early_credits.credit_date as varchar) as found_value
    from early_credits
    inner join intermediate.int_order_deals as links
        on early_credits.order_id = links.order_id
    where links.is_won
),

chains as (
    select * from intermediate.int_chain_order_terms
    where kind = 'line' and not is_mixed and order_id is not null
),

line_differences as (
    select
        'product' as field, opportunity_id, order_id, chain_id, order_number, order_date, product_code as agreed_value,
        order_product_code as found_value
    from chains
    where product_code <> order_product_code
    union all
    select
        'quantity' as field, opportunity_id, order_id, chain_id, order_number, order_date,
        cast(quantity as varchar) || coalesce(' ' || unit, '') as agreed_value,
        cast(ordered_quantity as varchar) || coalesce(' ' || order_unit, '') as found_value
    from chains
    where has_terms and reading <> 'same' and quantity <> ordered_quantity and quantity_difference = 0 and unit_difference = 0
),

-- An order of several deals has a difference once for each of them.
differences as (
    select
        field, order_id || ':' || opportunity_id as place, opportunity_id, order_id, cast(null as varchar) as invoice_id, document_number, document_date,
        agreed_in, agreed_value, found_in, found_value
    from order_differences
    union all
    select
        field, invoice_id || ':' || opportunity_id as place, opportunity_id, order_id, invoice_id, document_number, document_date, agreed_in,
        agreed_value, found_in, found_value
    from invoice_differences
    union all
    select
        field, invoice_id || ':' || opportunity_id as place, opportunity_id, order_id, invoice_id, document_number, document_date, agreed_in,
        agreed_value, found_in, found_value
    from credit_differences
    union all
    select
        line_differences.field, line_differences.chain_id as place, line_differences.opportunity_id, line_differences.order_id,
        cast(null as varchar) as invoice_id, line_differences.order_number as document_number, line_differences.order_date as document_date,
        'deal' as agreed_in, line_differences.agreed_value,
        case when orders.order_id is null then 'invoice' else 'order' end as found_in, line_differences.found_value
    from line_differences
    left join canonical.orders as orders
        on line_differences.order_id = orders.order_id
),

listed as (
    select
        differences.field || ':' || differences.place as difference_id,
        differences.field as field,
        case differences.field
            when 'legal_entity' then 'The deal is of another legal entity than its ' || differences.found_in
            when 'customer' then 'The ' || differences.found_in || ' is for another customer than the deal'
            when 'bill_to' then 'The order is billed to another customer than the deal''s'
            when 'product' then 'Another product than the deal has'
            when 'quantity' then 'Another quantity than the deal has, and the amounts agree: on one side quantity times price is not the amount'
            when 'ordered_before_close' then 'The order is dated before the deal was closed'
            when 'billed_customer' then 'The invoice is for another customer than its order'
            when 'invoiced_before_order' then 'The invoice is dated before its order'
            when 'credited_before_invoice' then 'A credit note is dated before its invoice'
            when 'ship_to' then 'The ' || differences.found_in || ' is delivered to another place than the ' || differences.agreed_in || ' says'
            when 'tax_area' then 'The ' || differences.found_in || ' is taxed in another area than the ' || differences.agreed_in
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
    from differences
    inner join deals
        on differences.opportunity_id = deals.opportunity_id
    left join names
        on deals.customer_id = names.customer_id
    left join canonical.users as users
        on deals.owner_id = users.user_id
)

select * from listed
