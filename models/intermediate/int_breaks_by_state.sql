-- The breaks of chains that are not compared: the whole booking under one code, and what was posted all the same. One row per break.
-- key: item_id, code, period_id, customer_id, legal_entity, currency, document_id
with chains as (
    select * from intermediate.int_chain_states
    where state <> 'compared'
),

bookings as (
    select
        chains.chain_id as item_id, chains.state as code, chains.cause, chains.period_id, chains.customer_id, chains.legal_entity,
        chains.currency, chains.booked_amount as amount, chains.opportunity_id, chains.opportunity_line_id,
        cast(null as varchar) as order_id, cast(null as varchar) as document_id,
        cast(null as varchar) as crm_value, cast(null as varchar) as erp_value
    from chains
),

postings as (
    select
        chains.chain_id as item_id, chains.state as code, chains.cause, revenue.period_id, revenue.customer_id, revenue.legal_entity,
        revenue.currency, -sum(shares.amount) as amount, chains.opportunity_id, chains.opportunity_line_id,
        cast(null as varchar) as order_id, revenue.document_id,
        cast(null as varchar) as crm_value, cast(null as varchar) as erp_value
    from chains
    inner join intermediate.int_revenue_shares as shares
        on chains.chain_id = shares.chain_id
    inner join intermediate.int_revenue as revenue
        on shares.revenue_entry_id = revenue.revenue_entry_id
    where shares.is_followed
    group by
        chains.chain_id, chains.state, chains.cause, revenue.period_id, revenue.customer_id, revenue.legal_entity, revenue.currency,
        chains.opportunity_id, chains.opportunity_line_id, revenue.document_id
),

breaks as (
    select * from bookings where amount <> 0
    union all
    select * from postings where amount <> 0
)

select * from breaks
