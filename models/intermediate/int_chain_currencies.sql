-- The currency in which each chain was ordered: the deal's, if any of its orders has it; else the first by name. Charges that no order has are in that in
-- which their freight is invoiced, the deal's before others, or in the deal's (is_ordered false). Orders and invoices in another currency are not followed. One row per chain with an order, or of charges.
-- key: chain_id
with shares as (
    select * from intermediate.int_order_line_shares
),

lines as (
    select * from intermediate.int_document_lines
),

deals as (
    select * from intermediate.int_deals
),

candidates as (
    select distinct shares.chain_id, shares.class, lines.currency, deals.currency as deal_currency
    from shares
    inner join lines
        on shares.line_id = lines.line_id
    inner join deals
        on shares.opportunity_id = deals.opportunity_id
),

freight_orders as (
    select distinct shares.document_id as order_id
    from shares
    inner join lines
        on shares.line_id = lines.line_id
    where lines.kind = 'freight'
),

-- Freight of an invoice that no order line has, and none of the orders that it bills (int_invoice_line_targets).
loose_freight as (
    select lines.line_id, lines.currency, billed.order_id
    from lines
    inner join canonical.invoices as invoices
        on lines.document_id = invoices.invoice_id
    inner join intermediate.int_invoice_orders as billed
        on lines.document_id = billed.invoice_id
    where lines.document = 'invoice' and lines.kind = 'freight'
        and invoices.is_posted and not invoices.is_voided and not invoices.is_deleted
        and (invoices.order_id is null or invoices.order_id = billed.order_id)
        and not exists (select 1 from shares where shares.line_id = lines.origin_line_id)
),

ordered_freight as (
    select distinct loose_freight.line_id
    from loose_freight
    inner join freight_orders
        on loose_freight.order_id = freight_orders.order_id
),

billed_freight as (
    select distinct charges.chain_id, loose_freight.currency
    from loose_freight
    inner join intermediate.int_order_charges as charges
        on loose_freight.order_id = charges.order_id
    where not exists (select 1 from ordered_freight where ordered_freight.line_id = loose_freight.line_id)
),

unordered as (
    select targets.chain_id, 'none' as class, coalesce(billed_freight.currency, deals.currency) as currency, deals.currency as deal_currency
    from intermediate.int_chain_targets as targets
    inner join deals
        on targets.opportunity_id = deals.opportunity_id
    left join billed_freight
        on targets.chain_id = billed_freight.chain_id
    where targets.kind = 'charges'
        and not exists (select 1 from candidates where candidates.chain_id = targets.chain_id)
),

all_candidates as (
    select * from candidates
    union all
    select * from unordered
),

ranked as (
    select
        all_candidates.chain_id, all_candidates.currency, all_candidates.class <> 'none' as is_ordered,
        row_number() over (
            partition by all_candidates.chain_id
            order by
                case when all_candidates.class = 'counts' then 0 else 1 end,
                case when all_candidates.currency = all_candidates.deal_currency then 0 else 1 end,
                all_candidates.currency
        ) as preference
    from all_candidates
),

chosen as (
    select ranked.chain_id, ranked.currency as order_currency, ranked.is_ordered from ranked where ranked.preference = 1
)

select * from chosen
