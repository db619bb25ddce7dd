-- Invoices without an order that bill again what was credited: with the chain's earlier invoices they exceed the deal's quantity, each brought into its
-- unit (its amount in their currency, where there is none, one is in a unit that can't be compared, or the deal is invoiced in parts), and the credits
-- before them cover them. What was billed before any credit bills nothing again. Such an invoice stands for no second order. One row per chain and invoice line.
-- key: chain_id, line_id
with credits as (
    select shares.chain_id, credit_notes.credit_date, sum(shares.amount) as amount
    from intermediate.int_credit_line_shares as shares
    inner join canonical.credit_notes as credit_notes
        on shares.document_id = credit_notes.credit_note_id
    where shares.is_followed
    group by shares.chain_id, credit_notes.credit_date
),

credited_chains as (
    select chain_id, min(credit_date) as first_credit_date from credits group by chain_id
),

shares as (
    select
        shares.chain_id, shares.line_id, shares.document_id, shares.amount, lines.currency, invoices.invoice_date,
        case when in_deal_unit.line_id is null then cast(shares.quantity as decimal(38, 6)) else in_deal_unit.quantity end as quantity,
        case when in_deal_unit.line_id is not null and in_deal_unit.quantity is null then 1 else 0 end as is_other_measure
    from intermediate.int_order_line_shares as shares
    inner join credited_chains
        on shares.chain_id = credited_chains.chain_id
    inner join intermediate.int_document_lines as lines
        on shares.line_id = lines.line_id
    inner join intermediate.int_chain_currencies as chain_currencies
        on shares.chain_id = chain_currencies.chain_id
        and lines.currency = chain_currencies.order_currency
    inner join canonical.invoices as invoices
        on shares.document_id = invoices.invoice_id
    inner join intermediate.int_chains as chains
        on shares.chain_id = chains.chain_id
    left join intermediate.int_invoice_line_units as in_deal_unit
        on shares.line_id = in_deal_unit.line_id
        and shares.chain_id = in_deal_unit.chain_id
        and lower(chains.unit) = in_deal_unit.unit
    where shares.document = 'invoice' and shares.class = 'counts'
),

running as (
    select
        shares.*,
        sum(shares.quantity) over (
            partition by shares.chain_id order by shares.invoice_date, shares.document_id, shares.line_id
            rows between unbounded preceding and current row
        ) as quantity_so_far,
        sum(shares.is_other_measure) over (
            partition by shares.chain_id order by shares.invoice_date, shares.document_id, shares.line_id
            rows between unbounded preceding and current row
        ) as other_measures_so_far,
        sum(shares.amount) over (
            partition by shares.chain_id order by shares.invoice_date, shares.document_id, shares.line_id
            rows between unbounded preceding and current row
        ) as amount_so_far,
        row_number() over (partition by shares.chain_id order by shares.invoice_date, shares.document_id, shares.line_id) as position
    from shares
),

over_the_deal as (
    select running.*
    from running
    inner join intermediate.int_chains as chains
        on running.chain_id = chains.chain_id
    left join intermediate.int_deals_invoiced_in_parts as in_parts
        on chains.opportunity_id = in_parts.opportunity_id
    left join intermediate.int_chain_rates as rates
        on running.chain_id = rates.chain_id
    inner join credited_chains
        on running.chain_id = credited_chains.chain_id
        and running.invoice_date >= credited_chains.first_credit_date
    where running.position > 1
        and case
            when in_parts.opportunity_id is null and chains.quantity is not null and running.quantity_so_far is not null and running.other_measures_so_far = 0 then
                running.quantity_so_far > chains.quantity + 0.000001 * cast(running.position as decimal(18, 0))
            when chains.currency = running.currency then running.amount_so_far > chains.booked_amount
            -- Without a rate the deal is what was invoiced of it.
            else coalesce(running.amount_so_far > rates.terms_amount, true)
        end
),

added_up as (
    select
        over_the_deal.*,
        sum(over_the_deal.amount) over (
            partition by over_the_deal.chain_id order by over_the_deal.invoice_date, over_the_deal.document_id, over_the_deal.line_id
            rows between unbounded preceding and current row
        ) as billed_again
    from over_the_deal
),

credited_before as (
    select added_up.chain_id, added_up.line_id, sum(credits.amount) as amount
    from added_up
    inner join credits
        on added_up.chain_id = credits.chain_id
        and credits.credit_date <= added_up.invoice_date
    group by added_up.chain_id, added_up.line_id
),

rebills as (
    select added_up.chain_id as chain_id, added_up.line_id as line_id
    from added_up
    inner join credited_before
        on added_up.chain_id = credited_before.chain_id and added_up.line_id = credited_before.line_id
    where added_up.billed_again <= credited_before.amount
)

select * from rebills
