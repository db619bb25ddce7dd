-- Orders and invoices of won deals in which a term other than an amount differs from the record before it: found in one pass, told apart in
-- marts.term_differences. One row per deal, order and invoice (an order without an invoice has one row).
-- key: opportunity_id, order_id, document_id
with links as (
    select * from intermediate.int_order_deals
    where is_won
),

deals as (
    select opportunity_id, customer_id, legal_entity, close_date from intermediate.int_deals
    where scope_reason is null
),

states as (
    select order_id, number, document, order_date, legal_entity, linked_customer_id, customer_id, tax_amount
    from intermediate.int_order_states
    where state in ('counts', 'pending')
),

bill_tos as (
    select orders.order_id, orders.bill_to_id, customer_links.customer_id as bill_to_customer_id, customer_links.name as bill_to_name
    from canonical.orders as orders
    inner join intermediate.int_customer_links as customer_links
        on orders.bill_to_id = customer_links.source_customer_id
    where orders.bill_to_id is not null
),

-- "Net 30", "30 days": the only number in it, of days. "2-10 net 30" has several, and what counts from a month's end is no number of days.
payment_days as (
    select
        customer_id, payment_terms,
        try_cast(nullif(trim(translate(lower(payment_terms), '._-abcdefghijklmnopqrstuvwxyz', '   ')), '') as integer) as days
    from canonical.customers
    where payment_terms is not null
        and lower(payment_terms) not like '%eom%' and lower(payment_terms) not like '%month%' and lower(payment_terms) not like '%week%'
),

invoices as (
    select
        invoices.invoice_id, coalesce(invoice_orders.order_id, invoices.invoice_id) as order_id, invoices.number, invoices.invoice_date,
        invoices.due_date, invoices.customer_id, coalesce(invoices.tax_amount, 0) as tax_amount, invoices.total_amount,
        date_diff('day', invoices.invoice_date, invoices.due_date) as days
    from canonical.invoices as invoices
    left join intermediate.int_invoice_orders as invoice_orders
        on invoices.invoice_id = invoice_orders.invoice_id
    where not invoices.is_deleted and not coalesce(invoices.is_voided, false)
),

-- Postal code and country, and tax areas, whatever the case, blanks and dashes.
written as (
    select
        object, record_id, ship_to, tax_area, upper(translate(ship_to, ' .-', '')) as ship_to_key, upper(translate(tax_area, ' .-', '')) as tax_area_key
    from canonical.document_terms
    where not is_deleted
),

-- The country apart: some systems leave it out where it is their own.
terms as (
    select
        object, record_id, ship_to, tax_area, tax_area_key,
        case when has_country then substr(ship_to_key, 1, length(ship_to_key) - 3) else ship_to_key end as place_key,
        case when has_country then substr(ship_to_key, length(ship_to_key) - 1) end as country_key
    from (
        select written.*, length(ship_to_key) > 3 and substr(ship_to_key, length(ship_to_key) - 2, 1) = ',' as has_country
        from written
    ) as parted
),

joined as (
    select
        deals.opportunity_id as opportunity_id, deals.customer_id as customer_id, deals.legal_entity as legal_entity, deals.close_date as close_date,
        states.order_id as order_id, states.number as order_number, states.document as document, states.order_date as order_date,
        states.legal_entity as order_legal_entity, states.linked_customer_id as linked_customer_id, states.customer_id as order_customer_id,
        bill_tos.bill_to_name as bill_to_name, payment_days.payment_terms as payment_terms,
        coalesce(invoices.invoice_id, states.order_id) as document_id, invoices.invoice_id as invoice_id, invoices.number as invoice_number, invoices.invoice_date as invoice_date,
        invoices.customer_id as billed_customer_id, invoices.days as invoice_days, states.tax_amount <> 0 as is_order_taxed,
        deal_terms.ship_to as deal_ship_to, order_terms.ship_to as order_ship_to, invoice_terms.ship_to as invoice_ship_to,
        deal_terms.tax_area as deal_tax_area, order_terms.tax_area as order_tax_area, invoice_terms.tax_area as invoice_tax_area,
        deals.legal_entity <> states.legal_entity as is_other_entity,
        deals.customer_id <> states.linked_customer_id as is_other_customer,
        coalesce(bill_tos.bill_to_customer_id <> deals.customer_id, false) and states.linked_customer_id = deals.customer_id as is_other_bill_to,
        states.document = 'order' and states.order_date < deals.close_date as is_before_close,
        states.document = 'order' and coalesce(
            invoices.customer_id <> states.customer_id and invoices.customer_id <> coalesce(bill_tos.bill_to_id, ''), false
        ) as is_billed_elsewhere,
        states.document = 'order' and coalesce(invoices.invoice_date < states.order_date, false) as is_before_order,
        coalesce(invoices.days <> payment_days.days, false) as is_due_otherwise,
        states.document = 'order' and coalesce(invoices.total_amount <> 0 and (invoices.tax_amount = 0) <> (states.tax_amount = 0), false)
            as is_taxed_otherwise,
        (
            coalesce(deal_terms.place_key <> order_terms.place_key, false) or coalesce(deal_terms.country_key <> order_terms.country_key, false)
        ) as is_ordered_to_elsewhere,
        coalesce(deal_terms.tax_area_key <> order_terms.tax_area_key, false) as is_ordered_in_other_area,
        states.document = 'order' and (
            coalesce(order_terms.place_key <> invoice_terms.place_key, false) or coalesce(order_terms.country_key <> invoice_terms.country_key, false)
        ) as is_shipped_elsewhere,
        states.document = 'order' and coalesce(order_terms.tax_area_key <> invoice_terms.tax_area_key, false) as is_taxed_in_other_area
    from links
    inner join deals
        on links.opportunity_id = deals.opportunity_id
    inner join states
        on links.order_id = states.order_id
    left join bill_tos
        on states.order_id = bill_tos.order_id
    left join payment_days
        on deals.customer_id = payment_days.customer_id
    left join invoices
        on states.order_id = invoices.order_id
    left join terms as deal_terms
        on deals.opportunity_id = deal_terms.record_id
        and deal_terms.object = 'opportunity'
    left join terms as order_terms
        on states.order_id = order_terms.record_id
        and states.document = order_terms.object
    left join terms as invoice_terms
        on invoices.invoice_id = invoice_terms.record_id
        and invoice_terms.object = 'invoice'
),

differing as (
    select * from joined
    where is_other_entity or is_other_customer or is_other_bill_to or is_before_close or is_billed_elsewhere or is_before_order or is_due_otherwise
        or is_taxed_otherwise or is_ordered_to_elsewhere or is_ordered_in_other_area or is_shipped_elsewhere or is_taxed_in_other_area
)

select * from differing
