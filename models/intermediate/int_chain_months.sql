-- What each chain was invoiced, re-billed, credited and recognised for in each posting month. One row per chain and month.
-- key: chain_id, period_id
with invoices as (
    select
        chain_id, period_id,
        sum(amount - rebilled_amount) as invoiced_amount,
        sum(rebilled_amount) as rebilled_amount,
        min(case when not is_rebill then invoice_id end) as invoice_id,
        min(case when rebilled_amount <> 0 then invoice_id end) as rebill_id
    from intermediate.int_chain_invoices
    group by chain_id, period_id
),

credits as (
    select
        shares.chain_id, coalesce(credit_notes.period_id, '(none)') as period_id, sum(shares.amount) as credited_amount,
        min(shares.document_id) as credit_note_id
    from intermediate.int_credit_line_shares as shares
    inner join canonical.credit_notes as credit_notes
        on shares.document_id = credit_notes.credit_note_id
    where shares.is_followed
    group by shares.chain_id, coalesce(credit_notes.period_id, '(none)')
),

revenue as (
    select shares.chain_id, revenue.period_id, sum(shares.amount) as recognised_amount, min(revenue.document_id) as revenue_document_id
    from intermediate.int_revenue_shares as shares
    inner join intermediate.int_revenue as revenue
        on shares.revenue_entry_id = revenue.revenue_entry_id
    where shares.is_followed
    group by shares.chain_id, revenue.period_id
),

months as (
    select chain_id, period_id from invoices
    union
    select chain_id, period_id from credits
    union
    select chain_id, period_id from revenue
),

joined as (
    select
        months.chain_id as chain_id,
        months.period_id as period_id,
        cast(coalesce(invoices.invoiced_amount, 0) as decimal(38, 4)) as invoiced_amount,
        cast(coalesce(invoices.rebilled_amount, 0) as decimal(38, 4)) as rebilled_amount,
        cast(coalesce(credits.credited_amount, 0) as decimal(38, 4)) as credited_amount,
        cast(coalesce(revenue.recognised_amount, 0) as decimal(38, 4)) as recognised_amount,
        invoices.invoice_id as invoice_id,
        invoices.rebill_id as rebill_id,
        credits.credit_note_id as credit_note_id,
        revenue.revenue_document_id as revenue_document_id
    from months
    left join invoices
        on months.chain_id = invoices.chain_id
        and months.period_id = invoices.period_id
    left join credits
        on months.chain_id = credits.chain_id
        and months.period_id = credits.period_id
    left join revenue
        on months.chain_id = revenue.chain_id
        and months.period_id = revenue.period_id
)

select * from joined
