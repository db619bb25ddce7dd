-- The charges of the deals of each order that is followed: where freight goes that names no line of theirs. It is shared by the deals' own freight,
-- or, where none has any, by their amounts. One row per order and chain.
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

freight as (
    select opportunity_id, abs(sum(coalesce(amount, 0))) as amount
    from canonical.opportunity_lines
    where kind = 'freight' and not is_deleted
    group by opportunity_id
),

charges as (
    select
        states.order_id as order_id, targets.chain_id as chain_id, coalesce(freight.amount, 0) as freight_weight, targets.weight as amount_weight
    from states
    inner join links
        on states.order_id = links.order_id
    inner join targets
        on links.opportunity_id = targets.opportunity_id
    left join freight
        on targets.opportunity_id = freight.opportunity_id
)

select * from charges
