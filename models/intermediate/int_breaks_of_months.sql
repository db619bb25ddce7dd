-- The breaks of compared chains that lie in posting months: invoices of another month, credits and re-bills, deferral, and revenue posted at
-- another legal entity or customer. One row per break.
-- key: item_id, code, step, period_id, customer_id, legal_entity, currency
with chains as (
    select * from intermediate.int_chain_order_terms
),

months as (
    select * from intermediate.int_chain_months
),

monthly as (
    select
        chains.chain_id, chains.period_id as booking_period_id, chains.customer_id, chains.legal_entity, chains.order_currency, chains.opportunity_id,
        chains.opportunity_line_id, chains.order_id, months.period_id, months.invoiced_amount, months.rebilled_amount, months.credited_amount,
        months.recognised_amount, months.invoice_id, months.rebill_id, months.credit_note_id, months.revenue_document_id
    from chains
    inner join months
        on chains.chain_id = months.chain_id
),

own_place as (
    select
        chain_id, 'timing' as code, 'booked ' || period_id as step, booking_period_id as period_id, customer_id, legal_entity, invoiced_amount as amount,
        cast(null as varchar) as cause, invoice_id as document_id
    from monthly
    where period_id <> booking_period_id
    union all
    select
        chain_id, 'timing' as code, 'invoiced' as step, period_id, customer_id, legal_entity, -invoiced_amount as amount, cast(null as varchar) as cause,
        invoice_id as document_id
    from monthly
    where period_id <> booking_period_id
    union all
    select
        chain_id, 'cancelled_or_credited' as code, 'credited' as step, period_id, customer_id, legal_entity, credited_amount as amount,
        'credit note' as cause, credit_note_id as document_id
    from monthly
    union all
    select
        chain_id, 'cancelled_or_credited' as code, 'billed again' as step, period_id, customer_id, legal_entity, -rebilled_amount as amount,
        'billed again after a credit' as cause, rebill_id as document_id
    from monthly
    union all
    select
        chain_id, 'deferred' as code, 'deferred' as step, period_id, customer_id, legal_entity,
        invoiced_amount + rebilled_amount - credited_amount - recognised_amount as amount, cast(null as varchar) as cause,
        coalesce(invoice_id, rebill_id, credit_note_id, revenue_document_id) as document_id
    from monthly
),

revenue as (
    select
        shares.chain_id, revenue.period_id, revenue.customer_id, revenue.legal_entity, sum(shares.amount) as amount,
        min(revenue.document_id) as document_id, min(revenue.erp_customer_id) as erp_customer_id
    from intermediate.int_revenue_shares as shares
    inner join intermediate.int_revenue as revenue
        on shares.revenue_entry_id = revenue.revenue_entry_id
    where shares.is_followed
    group by shares.chain_id, revenue.period_id, revenue.customer_id, revenue.legal_entity
),

elsewhere as (
    select
        chains.chain_id, revenue.period_id, revenue.customer_id as billed_customer_id, revenue.legal_entity as billed_legal_entity,
        chains.customer_id, chains.legal_entity, revenue.amount, revenue.document_id,
        case when revenue.customer_id = revenue.erp_customer_id then 'the ERP customer is linked to no account' else 'billed to another customer' end
            as customer_cause
    from chains
    inner join revenue
        on chains.chain_id = revenue.chain_id
    where revenue.customer_id <> chains.customer_id or revenue.legal_entity <> chains.legal_entity
),

moved as (
    select chain_id, 'wrong_entity' as code, 'here ' || billed_legal_entity as step, period_id, customer_id, legal_entity, amount,
        'billed by another legal entity' as cause, document_id
    from elsewhere
    where billed_legal_entity <> legal_entity
    union all
    select chain_id, 'wrong_entity' as code, 'there' as step, period_id, customer_id, billed_legal_entity as legal_entity, -amount as amount,
        'billed by another legal entity' as cause, document_id
    from elsewhere
    where billed_legal_entity <> legal_entity
    union all
    select chain_id, 'wrong_customer' as code, 'here ' || billed_customer_id as step, period_id, customer_id, billed_legal_entity as legal_entity,
        amount, customer_cause as cause, document_id
    from elsewhere
    where billed_customer_id <> customer_id
    union all
    select chain_id, 'wrong_customer' as code, 'there' as step, period_id, billed_customer_id as customer_id, billed_legal_entity as legal_entity,
        -amount as amount, customer_cause as cause, document_id
    from elsewhere
    where billed_customer_id <> customer_id
),

found as (
    select chain_id, code, step, period_id, customer_id, legal_entity, amount, cause, document_id from own_place
    union all
    select chain_id, code, step, period_id, customer_id, legal_entity, amount, cause, document_id from moved
),

breaks as (
    select
        found.chain_id as item_id, found.code, found.step, found.cause, found.period_id, found.customer_id, found.legal_entity,
        chains.order_currency as currency, cast(found.amount as decimal(38, 4)) as amount, chains.opportunity_id, chains.opportunity_line_id,
        chains.order_id, found.document_id
    from found
    inner join chains
        on found.chain_id = chains.chain_id
    where found.amount <> 0
)

select * from breaks
