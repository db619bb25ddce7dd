-- The currency in which each chain was ordered: the deal's, if any of its orders has it; else the first by name. Charges that no order has are in the
-- deal's (is_ordered false). Orders and invoices in another currency are not followed. One row per chain with an order, or of charges.
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

unordered as (
    select targets.chain_id, 'none' as class, deals.currency, deals.currency as deal_currency
    from intermediate.int_chain_targets as targets
    inner join deals
        on targets.opportunity_id = deals.opportunity_id
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
