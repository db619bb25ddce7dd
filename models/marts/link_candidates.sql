-- Orders and won deals that have no partner, or of which a reference or a person's decision says more than the rules follow, each with the records that
-- it may belong to. An order is an invoice where that has none. One row per order and deal, or per record that nothing fits.
-- key: candidate_id
-- owner: revenue operations
with pairs as (
    select * from intermediate.int_link_candidates
),

orders as (
    select * from intermediate.int_orders
),

links as (
    select * from intermediate.int_order_deals
),

deals as (
    select * from intermediate.int_deals
),

customers as (
    select customer_id, customer_name from intermediate.int_customers
),

lone_orders as (
    select orders.order_id from orders
    where not orders.is_cancelled
        and not exists (select 1 from links where links.order_id = orders.order_id and links.is_won)
        and not exists (select 1 from pairs where pairs.order_id = orders.order_id)
),

lone_deals as (
    select deals.opportunity_id from deals
    where deals.scope_reason is null
        and not exists (select 1 from links where links.opportunity_id = deals.opportunity_id)
        and not exists (select 1 from pairs where pairs.opportunity_id = deals.opportunity_id)
),

found as (
    select order_id, opportunity_id, state, evidence, is_only from pairs
    union all
    select order_id, cast(null as varchar) as opportunity_id, 'nothing fits' as state, 'no deal without an order fits' as evidence, false as is_only from lone_orders
    union all
    select cast(null as varchar) as order_id, opportunity_id, 'nothing fits' as state, 'no order without a deal fits' as evidence, false as is_only from lone_deals
),

listed as (
    select
        coalesce(found.order_id, '-') || ' ' || coalesce(found.opportunity_id, '-') as candidate_id,
        found.state as state,
        found.evidence as evidence,
        case when found.is_only then 'the only one' when found.order_id is not null and found.opportunity_id is not null then 'one of several' end as choice,
        found.opportunity_id as opportunity_id,
        deals.deal_name as deal_name,
        deals.close_date as close_date,
        deals.customer_id as customer_id,
        deal_customers.customer_name as customer_name,
        deals.currency as currency,
        deals.amount as booked_amount,
        found.order_id as order_id,
        orders.number as order_number,
        orders.document as document,
        orders.order_date as order_date,
        orders.linked_customer_id as order_customer_id,
        order_customers.customer_name as order_customer_name,
        orders.currency as order_currency,
        cast(orders.total_amount - orders.tax_amount as decimal(38, 4)) as ordered_amount,
        users.name as owner_name
    from found
    left join deals
        on found.opportunity_id = deals.opportunity_id
    left join orders
        on found.order_id = orders.order_id
    left join customers as deal_customers
        on deals.customer_id = deal_customers.customer_id
    left join customers as order_customers
        on orders.linked_customer_id = order_customers.customer_id
    left join canonical.users as users
        on deals.owner_id = users.user_id
)

select * from listed
