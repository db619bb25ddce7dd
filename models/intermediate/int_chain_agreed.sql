-- What is agreed of each chain that is credited, before anything is billed: what its counting orders have of it; where only invoices stand for them, what
-- the deal has; where there is neither, nothing. quantity null: it is told by amount; unit null: of several products or units, quantities stay as they are.
-- The amount is in the chain's order currency; without a rate from the deal's it is 0. One row per chain.
-- key: chain_id
with credited_chains as (
    select distinct chain_id from intermediate.int_credit_line_shares
    where is_followed
),

shares as (
    select
        shares.chain_id, shares.line_id, shares.document, shares.document_id, shares.quantity, shares.amount, lines.unit,
        coalesce(lines.product_code, lines.product_id, '') as product, states.order_date
    from intermediate.int_order_line_shares as shares
    inner join credited_chains
        on shares.chain_id = credited_chains.chain_id
    inner join intermediate.int_document_lines as lines
        on shares.line_id = lines.line_id
    inner join intermediate.int_chain_currencies as chain_currencies
        on shares.chain_id = chain_currencies.chain_id
        and lines.currency = chain_currencies.order_currency
    inner join intermediate.int_order_states as states
        on shares.document_id = states.order_id
    where shares.class = 'counts'
),

order_shares as (
    select
        shares.*, row_number() over (partition by shares.chain_id order by shares.order_date, shares.document_id, shares.line_id) as position
    from shares
    where shares.document = 'order'
),

ordered as (
    select
        chain_id, true as is_ordered,
        case when sum(case when quantity is null then 1 else 0 end) = 0 then cast(sum(quantity) as decimal(38, 6)) end as quantity,
        cast(sum(amount) as decimal(38, 4)) as amount,
        case
            when count(distinct product) = 1 and count(distinct lower(coalesce(unit, ''))) = 1
                then min(case when position = 1 then lower(unit) end)
        end as unit,
        count(*) as line_count
    from order_shares
    group by chain_id
),

billed_chains as (
    select distinct chain_id from shares
    where document = 'invoice' and not exists (select 1 from ordered where ordered.chain_id = shares.chain_id)
),

booked as (
    select
        chains.chain_id, false as is_ordered,
        case when in_parts.opportunity_id is null then cast(chains.quantity as decimal(38, 6)) end as quantity,
        cast(case when chains.currency = chain_currencies.order_currency then chains.booked_amount else coalesce(rates.terms_amount, 0) end as decimal(38, 4)) as amount,
        lower(chains.unit) as unit, 0 as line_count
    from billed_chains
    inner join intermediate.int_chains as chains
        on billed_chains.chain_id = chains.chain_id
    inner join intermediate.int_chain_currencies as chain_currencies
        on chains.chain_id = chain_currencies.chain_id
    left join intermediate.int_chain_rates as rates
        on chains.chain_id = rates.chain_id
    left join intermediate.int_deals_invoiced_in_parts as in_parts
        on chains.opportunity_id = in_parts.opportunity_id
),

found as (
    select * from ordered
    union all
    select * from booked
),

completed as (
    select
        credited_chains.chain_id as chain_id,
        coalesce(found.is_ordered, true) as is_ordered,
        nullif(found.quantity, 0) as quantity,
        coalesce(found.amount, 0) as amount,
        found.unit as unit,
        coalesce(found.line_count, 0) as line_count,
        case when coalesce(found.quantity, 0) <> 0 then found.quantity < 0 else coalesce(found.amount, 0) < 0 end as is_negative
    from credited_chains
    left join found
        on credited_chains.chain_id = found.chain_id
)

select * from completed
