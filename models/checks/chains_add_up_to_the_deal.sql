-- Proves that the chains of every deal add up to its amount.
-- owner: finance
-- severity: error
-- blocks: true
with chains as (
    select opportunity_id, sum(booked_amount) as amount from intermediate.int_chains group by opportunity_id
),

problems as (
    select deals.opportunity_id, deals.deal_name, deals.amount, coalesce(chains.amount, 0) as chains_amount
    from intermediate.int_deals as deals
    left join chains
        on deals.opportunity_id = chains.opportunity_id
    where deals.amount is distinct from coalesce(chains.amount, 0)
)

select * from problems
