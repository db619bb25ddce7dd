-- Whether an order counts in the comparison: not cancelled, not pending approval, and not the twin of an earlier order for the same deals
-- with the same currency and total, made at most 24 hours before. One row per order that belongs to a deal.
-- key: order_id
with orders as (
    select * from intermediate.int_orders
),

links as (
    select
        order_id, min(opportunity_id) as first_opportunity_id, max(opportunity_id) as last_opportunity_id,
        count(*) as opportunity_count, max(case when is_won then 1 else 0 end) as has_won_deal
    from intermediate.int_order_deals
    group by order_id
),

linked as (
    select
        orders.*, links.first_opportunity_id, links.last_opportunity_id, links.opportunity_count,
        links.has_won_deal = 1 as has_won_deal
    from orders
    inner join links
        on orders.order_id = links.order_id
),

alike as (
    select later.order_id as order_id, earlier.order_id as twin_of_id, later.opportunity_count
    from linked as later
    inner join linked as earlier
        on later.first_opportunity_id = earlier.first_opportunity_id
        and later.last_opportunity_id = earlier.last_opportunity_id
        and later.opportunity_count = earlier.opportunity_count
        and later.currency = earlier.currency
        and later.total_amount = earlier.total_amount
        and later.document = earlier.document
    where (earlier.created_at < later.created_at or (earlier.created_at = later.created_at and earlier.order_id < later.order_id))
        and later.created_at <= earlier.created_at + interval '24' hour
        and not later.is_cancelled and not earlier.is_cancelled
),

of_same_deals as (
    select alike.order_id, alike.twin_of_id
    from alike
    inner join intermediate.int_order_deals as own
        on alike.order_id = own.order_id
    inner join intermediate.int_order_deals as other
        on alike.twin_of_id = other.order_id
        and own.opportunity_id = other.opportunity_id
    group by alike.order_id, alike.twin_of_id, alike.opportunity_count
    having count(*) = alike.opportunity_count
),

twins as (
    select order_id, min(twin_of_id) as twin_of_id from of_same_deals group by order_id
),

states as (
    select
        linked.*,
        twins.twin_of_id as twin_of_id,
        case
            when linked.is_cancelled then 'cancelled'
            when twins.twin_of_id is not null then 'twin'
            when linked.is_pending_approval then 'pending'
            else 'counts'
        end as state
    from linked
    left join twins
        on linked.order_id = twins.order_id
)

select * from states
