-- The currency in which each chain was ordered: the deal's, if any of its orders has it; else the first by name. Orders and invoices in another
-- currency are not followed. One row per chain with an order.
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

ranked as (
    select
        candidates.chain_id, candidates.currency,
        row_number() over (
            partition by candidates.chain_id
            order by
                case when candidates.class = 'counts' then 0 else 1 end,
                case when candidates.currency = candidates.deal_currency then 0 else 1 end,
                candidates.currency
        ) as preference
    from candidates
),

chosen as (
    select ranked.chain_id, ranked.currency as order_currency from ranked where ranked.preference = 1
)

select * from chosen
