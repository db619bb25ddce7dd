-- The charges of the deals of each order that is followed: where freight goes that has no line of a deal or of an order. One row per order and chain.
-- key: order_id, chain_id
with states as (
    select order_id from intermediate.int_order_states
    where state <> 'twin' and has_won_deal
),

links as (
    select * from intermediate.int_order_deals
    where is_won
),

targets as (
    select * from intermediate.int_chain_targets
    where kind = 'charges'
),

charges as (
    select
        states.order_id as order_id, targets.chain_id as chain_id, targets.opportunity_id as opportunity_id, targets.weight as weight
    from states
    inner join links
        on states.order_id = links.order_id
    inner join targets
        on links.opportunity_id = targets.opportunity_id
)

select * from charges
