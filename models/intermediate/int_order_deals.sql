-- Which deals an order belongs to: those that the order names; if it names none that exists, those that name the order. Deals that are not
-- won, or have no amount, are links too (is_won false), so that what names them is not taken for an order without a deal. One row per order and deal.
-- key: order_id, opportunity_id
with orders as (
    select * from intermediate.int_orders
),

opportunities as (
    select opportunity_id, is_won and amount is not null as is_won from canonical.opportunities
    where not is_deleted
),

refs as (
    select * from intermediate.int_references
    where record_id is not null
),

order_names_deal as (
    select orders.order_id, opportunities.opportunity_id, opportunities.is_won, min('the order names the deal: ' || refs.name) as evidence
    from orders
    inner join refs
        on refs.object = 'opportunity'
        and orders.order_id = refs.referrer_id
    inner join opportunities
        on refs.record_id = opportunities.opportunity_id
    group by orders.order_id, opportunities.opportunity_id, opportunities.is_won
),

deal_names_order as (
    select orders.order_id, opportunities.opportunity_id, opportunities.is_won, min('the deal names the order: ' || refs.name) as evidence
    from opportunities
    inner join refs
        on refs.object = 'order'
        and opportunities.opportunity_id = refs.referrer_id
    inner join orders
        on refs.record_id = orders.order_id
    where not exists (select 1 from order_names_deal where order_names_deal.order_id = orders.order_id)
    group by orders.order_id, opportunities.opportunity_id, opportunities.is_won
),

links as (
    select * from order_names_deal
    union all
    select * from deal_names_order
)

select * from links
