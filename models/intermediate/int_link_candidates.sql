-- Which orders and deals may belong together although no rule links them, for a person to decide: what a reference names that fits several, a deal
-- that names an order of another deal, records without a partner that have the customer, currency and about the date (92 days) or, of two customers,
-- the very amount (31 days) in common; a further invoice of a deal that is invoiced in parts and not whole yet (three years); and pairs that a person
-- rejected. Of all but the names the five nearest of each record. is_only: customer and amount are the same, and so they are with no other partner of
-- either; or the invoice bills a part, and nothing else fits it. One row per order and deal.
-- key: order_id, opportunity_id
with orders as (
    select order_id, source, document, linked_customer_id, currency, order_date, total_amount - tax_amount as amount from intermediate.int_orders
    where not is_cancelled
),

deals as (
    select opportunity_id, source, customer_id, currency, close_date, amount from intermediate.int_deals
    where scope_reason is null
),

links as (
    select * from intermediate.int_order_deals
),

refs as (
    select * from intermediate.int_references
),

rejected as (
    select crm_id, erp_id, min(coalesce(decided_by, 'someone') || ': ' || coalesce(reason, 'no reason given')) as evidence
    from staging.stg_tieout__decisions
    where kind = 'order_reject'
    group by crm_id, erp_id
),

lone_orders as (
    select orders.* from orders
    where not exists (select 1 from links where links.order_id = orders.order_id and links.is_won)
),

lone_deals as (
    select deals.* from deals
    where not exists (select 1 from links where links.opportunity_id = deals.opportunity_id)
),

-- invoices_bill_parts:<crm>:<erp>
parts as (
    select nullif(split_part(name, ':', 2), '') as crm, nullif(split_part(name, ':', 3), '') as erp
    from staging.stg_tieout__settings
    where name like 'invoices_bill_parts:%'
),

open_deals as (
    select distinct deals.*
    from intermediate.int_chain_invoice_terms as terms
    inner join intermediate.int_chains as chains
        on terms.chain_id = chains.chain_id
    inner join intermediate.int_deals_invoiced_in_parts as in_parts
        on chains.opportunity_id = in_parts.opportunity_id
    inner join deals
        on chains.opportunity_id = deals.opportunity_id
    where terms.remaining_amount > 0
),

fitting as (
    select
        lone_orders.order_id, lone_deals.opportunity_id, true as is_same_customer, lone_orders.amount = lone_deals.amount as is_same_amount,
        parts.crm is not null and lone_orders.document = 'invoice' and lone_orders.amount <= lone_deals.amount as is_part,
        abs(date_diff('day', lone_deals.close_date, lone_orders.order_date)) as day_count
    from lone_orders
    inner join lone_deals
        on lone_orders.linked_customer_id = lone_deals.customer_id
        and lone_orders.currency = lone_deals.currency
    left join parts
        on lone_deals.source = parts.crm and lone_orders.source = parts.erp
    where lone_deals.customer_id <> '(none)' and date_diff('day', lone_deals.close_date, lone_orders.order_date) between -92 and 92
    union all
    select
        lone_orders.order_id, lone_deals.opportunity_id, false as is_same_customer, true as is_same_amount, false as is_part,
        abs(date_diff('day', lone_deals.close_date, lone_orders.order_date)) as day_count
    from lone_orders
    inner join lone_deals
        on lone_orders.amount = lone_deals.amount
        and lone_orders.currency = lone_deals.currency
    where (lone_orders.linked_customer_id <> lone_deals.customer_id or lone_deals.customer_id = '(none)')
        and lone_deals.amount <> 0 and date_diff('day', lone_deals.close_date, lone_orders.order_date) between -31 and 31
    union all
    select
        lone_orders.order_id, open_deals.opportunity_id, true as is_same_customer, false as is_same_amount, true as is_part,
        abs(date_diff('day', open_deals.close_date, lone_orders.order_date)) as day_count
    from lone_orders
    inner join open_deals
        on lone_orders.linked_customer_id = open_deals.customer_id
        and lone_orders.currency = open_deals.currency
    inner join parts
        on open_deals.source = parts.crm and lone_orders.source = parts.erp
    where lone_orders.document = 'invoice' and open_deals.customer_id <> '(none)'
        and date_diff('day', open_deals.close_date, lone_orders.order_date) between -31 and 1096
),

ranked as (
    select
        fitting.*,
        row_number() over (
            partition by fitting.order_id order by fitting.is_same_amount desc, fitting.is_same_customer desc, fitting.day_count, fitting.opportunity_id
        ) as order_rank,
        row_number() over (
            partition by fitting.opportunity_id order by fitting.is_same_amount desc, fitting.is_same_customer desc, fitting.day_count, fitting.order_id
        ) as deal_rank,
        sum(case when fitting.is_same_customer and fitting.is_same_amount then 1 else 0 end) over (partition by fitting.order_id) as order_alike_count,
        count(*) over (partition by fitting.order_id) as order_fit_count,
        sum(case when fitting.is_same_customer and fitting.is_same_amount then 1 else 0 end) over (partition by fitting.opportunity_id) as deal_alike_count
    from fitting
),

named as (
    select refs.referrer_id as order_id, keys.record_id as opportunity_id, 'the order names ' || refs.name || ', which fits several deals' as evidence
    from refs
    inner join intermediate.int_reference_keys as keys
        on refs.object = keys.object and refs.reference_key = keys.reference_key
    where refs.object = 'opportunity' and refs.match_count > 1
    union all
    select keys.record_id as order_id, refs.referrer_id as opportunity_id, 'the deal names ' || refs.name || ', which fits several orders' as evidence
    from refs
    inner join intermediate.int_reference_keys as keys
        on refs.object = keys.object and refs.reference_key = keys.reference_key
    where refs.object = 'order' and refs.match_count > 1
    union all
    select refs.referrer_id as order_id, keys.record_id as opportunity_id, 'the order names ' || refs.name || ', of which the number alone is this deal''s' as evidence
    from refs
    inner join intermediate.int_reference_keys as keys
        on refs.object = keys.object and refs.reference_key = keys.reference_key
    where refs.object = 'opportunity' and refs.match_count = 0 and refs.candidates is not null
    union all
    select keys.record_id as order_id, refs.referrer_id as opportunity_id, 'the deal names ' || refs.name || ', of which the number alone is this order''s' as evidence
    from refs
    inner join intermediate.int_reference_keys as keys
        on refs.object = keys.object and refs.reference_key = keys.reference_key
    where refs.object = 'order' and refs.match_count = 0 and refs.candidates is not null
    union all
    select refs.record_id as order_id, refs.referrer_id as opportunity_id, 'the deal names ' || refs.name || ', which belongs to another deal' as evidence
    from refs
    where refs.object = 'order' and refs.record_id is not null
),

found as (
    select rejected.erp_id as order_id, rejected.crm_id as opportunity_id, 1 as place, 'rejected' as state, rejected.evidence, false as is_only from rejected
    union all
    select named.order_id, named.opportunity_id, 2 as place, 'named' as state, named.evidence, false as is_only from named
    union all
    select
        ranked.order_id, ranked.opportunity_id, 3 as place, 'fits' as state,
        case when ranked.is_same_customer then 'same customer' else 'another customer' end
        || case when ranked.is_same_amount then ', same amount' when ranked.is_part then ', a part of its amount' else ', another amount' end || ', '
        || cast(ranked.day_count as varchar) || ' days apart' as evidence,
        (ranked.is_same_customer and ranked.is_same_amount and ranked.order_alike_count = 1 and ranked.deal_alike_count = 1)
        or (ranked.is_part and ranked.order_fit_count = 1) as is_only
    from ranked
    where ranked.order_rank <= 5 or ranked.deal_rank <= 5
),

placed as (
    select
        found.*,
        row_number() over (partition by found.order_id, found.opportunity_id order by found.place, found.evidence) as pair_rank
    from found
),

candidates as (
    select
        placed.order_id as order_id, placed.opportunity_id as opportunity_id, placed.state as state, placed.evidence as evidence, placed.is_only as is_only
    from placed
    where placed.pair_rank = 1
        and not exists (
            select 1 from links where links.order_id = placed.order_id and links.opportunity_id = placed.opportunity_id
        )
)

select * from candidates
